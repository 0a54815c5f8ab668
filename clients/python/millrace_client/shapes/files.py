"""Files."""

from typing import TypedDict

from millrace_client.shapes.pages import Page


class File(TypedDict):
    """A file."""

    id: str
    bytes: int
    created_at: int
    expires_at: int | None
    filename: str
    purpose: str
    status: str


class FileList(Page):
    """A page of files."""

    data: list[File]


class FileDeleted(TypedDict):
    """A file that is gone."""

    id: str
    deleted: bool
