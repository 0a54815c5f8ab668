"""OpenAI's bodies, as far as we must understand them; what we do not know passes through to the model."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Passing = ConfigDict(extra="allow")


class ChatRequest(BaseModel):
    """A chat completion, in OpenAI's shape."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {"model": "demo", "messages": [{"role": "user", "content": "Why is the sky blue?"}]}
        },
    )

    model: str = Field(min_length=1, max_length=200)
    messages: Annotated[list[dict[str, Any]], Field(min_length=1)]
    stream: bool | None = Field(None, description="Server-sent events, ended by `data: [DONE]`.")
    stream_options: dict[str, Any] | None = Field(None, description="`include_usage`: one more chunk, with the usage.")
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    n: int | None = Field(None, ge=1, le=128)
    store: bool | None = Field(None, description="False: nothing is kept after delivery.")


class CompletionRequest(BaseModel):
    """A completion of a text, in OpenAI's older shape."""

    model_config = Passing

    model: str = Field(min_length=1, max_length=200)
    prompt: str | list[Any]
    stream: bool | None = None
    max_tokens: int | None = Field(None, ge=1)
    n: int | None = Field(None, ge=1, le=128)


class EmbeddingRequest(BaseModel):
    """Embeddings of one text or several (or of lists of tokens)."""

    model_config = Passing

    model: str = Field(min_length=1, max_length=200)
    input: str | list[Any]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = Field(None, ge=1)


class OpenAIErrorBody(BaseModel):
    """What went wrong: all four keys always."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIError(BaseModel):
    """An error in OpenAI's shape."""

    error: OpenAIErrorBody


class OpenAIModel(BaseModel):
    """A model, in OpenAI's shape."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class OpenAIModels(BaseModel):
    """The models that you may ask."""

    object: Literal["list"] = "list"
    data: list[OpenAIModel]
