"""Files in OpenAI's shapes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.pages import Page, PageQuery, Text

#: Seconds that a file may be told to live: an hour to thirty days.
Life = Annotated[int, Field(ge=3600, le=2_592_000)]


class Expiry(BaseModel):
    """When a file goes by itself."""

    anchor: Literal["created_at"]
    seconds: Life


class FileFields(BaseModel):
    """What a form says of its file."""

    model_config = ConfigDict(extra="ignore")

    purpose: Literal["batch", "user_data"]
    expires_after: Expiry | None = Field(
        None, description="Without it, files for batches live 30 days, and others until they are deleted."
    )


class NewFile(FileFields):
    """A file, as a multipart form. Fields may come before or after it; `expires_after[seconds]` is spelled so."""

    file: bytes = Field(description="One file, with its name.")


class FileInfo(BaseModel):
    """A file, in OpenAI's shape."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    expires_at: int | None
    filename: str
    purpose: Literal["batch", "batch_output", "user_data"]
    status: Literal["processed"] = "processed"


class FileList(Page):
    """A page. `after` of the next one is `last_id`."""

    data: list[FileInfo]


class FileQuery(PageQuery):
    """Which files."""

    purpose: Annotated[Text, Field(max_length=100)] | None = None
    limit: int = Field(10_000, ge=1, le=10_000)
    order: Literal["asc", "desc"] = Field("desc", description="By when they were begun.")


class FileDeleted(BaseModel):
    """A file that is gone."""

    id: str
    object: Literal["file"] = "file"
    deleted: Literal[True] = True
