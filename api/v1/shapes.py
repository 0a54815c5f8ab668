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


class ResponseRequest(BaseModel):
    """A Response, as OpenAI asks for it."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {"model": "demo", "input": "Hello"}})

    model: str = Field(min_length=1, max_length=200)
    input: str | list[Any]
    instructions: str | None = None
    stream: bool | None = None
    background: bool | None = Field(None, description="Answer at once; retrieve or stream it later.")
    store: bool | None = None
    previous_response_id: str | None = Field(None, max_length=100, description="Go on from that response.")
    max_output_tokens: int | None = Field(None, ge=1)


class ResponseQuery(BaseModel):
    """How to look at a response."""

    stream: bool = False
    starting_after: int | None = Field(None, ge=0, lt=2**53, description="The last `sequence_number` you have.")


class InputItems(BaseModel):
    """The items of a request's input."""

    object: Literal["list"] = "list"
    data: list[dict[str, Any]]
    first_id: str | None
    last_id: str | None
    has_more: bool


class MessagesRequest(BaseModel):
    """A message, as Anthropic's clients ask for it."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {"model": "demo", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
        },
    )

    model: str = Field(min_length=1, max_length=200)
    messages: Annotated[list[dict[str, Any]], Field(min_length=1)]
    max_tokens: int = Field(ge=1)
    stream: bool | None = None


class CountRequest(BaseModel):
    """What to count."""

    model_config = Passing

    model: str = Field(min_length=1, max_length=200)
    messages: Annotated[list[dict[str, Any]], Field(min_length=1)]


class TokenCount(BaseModel):
    """Tokens, estimated."""

    input_tokens: int


class AnthropicErrorBody(BaseModel):
    """What went wrong."""

    type: str
    message: str


class AnthropicError(BaseModel):
    """An error in Anthropic's shape."""

    type: Literal["error"] = "error"
    error: AnthropicErrorBody
    request_id: str | None = None


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
    """A model, in OpenAI's shape; or an alias, a name behind which one of several answers."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = Field(description="The engine that reaches it; `millrace` of an alias.")
    alias_of: Annotated[
        list[str] | None, Field(description="Of an alias only: the models that you may be given under it.")
    ] = None


class OpenAIModels(BaseModel):
    """The models that you may ask, and then the aliases."""

    object: Literal["list"] = "list"
    data: list[OpenAIModel]
