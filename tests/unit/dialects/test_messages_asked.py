"""A Messages request as a chat, and back as the engine asks: nothing that matters is lost on the way."""

from contextlib import suppress
from typing import Any

import pytest
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import TypeAdapter

from millrace.dialects.anthropic.asked import chat_body
from millrace.dialects.anthropic.asking import Habits, request_of
from millrace.dialects.anthropic.counting import count_tokens
from millrace.errors import InvalidField
from tests.unit.dialects.conftest import spoiled

PIXEL = "iVBORw0KGgo="
TOOL = {"name": "weather", "description": "d", "input_schema": {"type": "object", "properties": {}}}
REQUEST: dict[str, Any] = {
    "model": "m",
    "max_tokens": 100,
    "system": [{"type": "text", "text": "be brief"}],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "what?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "text", "text": "let me see"},
                {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Ulm"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "t1",
                    "content": [{"type": "text", "text": "rain"}],
                    "is_error": True,
                },
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
            ],
        },
    ],
    "stop_sequences": ["end"],
    "tools": [TOOL],
    "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
    "thinking": {"type": "adaptive"},
    "output_config": {"effort": "high"},
    "metadata": {"user_id": "u1"},
}


def test_a_request_is_a_chat() -> None:
    chat = chat_body(REQUEST)
    TypeAdapter(CompletionCreateParamsNonStreaming).validate_python(chat | {"stream": False})
    assert chat["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "what?"},
        {
            "role": "assistant",
            "content": "let me see",
            "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Ulm"}'}}
            ],
            "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}],
            "reasoning_content": "hm",
        },
        {"role": "tool", "tool_call_id": "t1", "content": "rain", "is_error": True},
        {
            "role": "user",
            "content": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}],
        },
    ]
    assert (chat["tool_choice"], chat["parallel_tool_calls"], chat["stop"]) == ("required", False, ["end"])
    assert (chat["max_completion_tokens"], chat["reasoning_effort"], chat["user"]) == (100, "high", "u1")


def test_through_our_own_engine_it_comes_out_as_it_went_in() -> None:
    sent = request_of(chat_body(REQUEST), "m", Habits())
    TypeAdapter(MessageCreateParamsNonStreaming).validate_python(sent)
    assert sent == REQUEST


def test_marks_of_what_is_to_be_cached_become_one() -> None:
    mark = {"type": "ephemeral", "ttl": "1h"}
    request = REQUEST | {"system": [{"type": "text", "text": "long", "cache_control": mark}]}
    chat = chat_body(request)
    assert chat["messages"][0] == {"role": "system", "content": "long"}
    assert chat["anthropic"]["cache_control"] == mark
    assert request_of(chat, "m", Habits())["cache_control"] == mark


def test_documents_are_files_or_text_or_stay_what_they_are() -> None:
    pdf = {
        "type": "document",
        "title": "a.pdf",
        "source": {"type": "base64", "media_type": "application/pdf", "data": "QQ=="},
    }
    text = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}}
    far = {"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}}
    chat = chat_body(REQUEST | {"messages": [{"role": "user", "content": [pdf, text, far]}]})
    assert chat["messages"][1]["content"] == [
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,QQ=="}},
        {"type": "text", "text": "words"},
        far,
    ]
    assert request_of(chat, "m", Habits())["messages"][0]["content"] == [pdf, {"type": "text", "text": "words"}, far]


def test_a_schema_is_a_response_format() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    chat = chat_body(REQUEST | {"output_config": {"format": {"type": "json_schema", "schema": schema}}})
    assert chat["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }


WRONG: list[tuple[str, Any, str]] = [
    ("model", None, "model"),
    ("model", "", "model"),
    ("max_tokens", None, "max_tokens"),
    ("max_tokens", 0, "max_tokens"),
    ("max_tokens", True, "max_tokens"),
    ("messages", None, "messages"),
    ("messages", [], "messages"),
    ("messages", ["x"], "messages[0]"),
    ("messages", [{"role": "nobody", "content": "x"}], "messages[0].role"),
    ("messages", [{"role": "user", "content": [{"type": "text"}]}], "messages[0].content[0].text"),
    ("messages", [{"role": "user", "content": [{"type": "image"}]}], "messages[0].content[0].source"),
    ("messages", [{"role": "user", "content": [{"type": "tool_result"}]}], "messages[0].content[0].tool_use_id"),
    ("messages", [{"role": "assistant", "content": [{"type": "tool_use", "id": "a"}]}], "messages[0].content[0].name"),
    ("system", 5, "system"),
    ("stream", "yes", "stream"),
    ("stop_sequences", "x", "stop_sequences"),
    ("tools", [{"name": "x"}], "tools[0].input_schema"),
    ("tool_choice", {"type": "some"}, "tool_choice.type"),
    ("metadata", 5, "metadata"),
    ("output_config", {"format": {}}, "output_config.format.schema"),
]


@pytest.mark.parametrize(("name", "value", "where"), WRONG)
def test_what_is_wrong_is_said_with_its_place(name: str, value: Any, where: str) -> None:
    with pytest.raises(InvalidField) as refused:
        chat_body(REQUEST | {name: value})
    assert refused.value.param == where and where in refused.value.message


def test_whatever_stands_anywhere_it_is_a_chat_or_refused() -> None:
    for request in spoiled(REQUEST):
        if isinstance(request, dict):
            count_tokens(request)
            with suppress(InvalidField):
                request_of(chat_body(request), "m", Habits())


def test_whatever_a_chat_holds_it_is_asked_or_refused() -> None:
    for chat in spoiled(
        chat_body(REQUEST) | {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}}
    ):
        if isinstance(chat, dict):
            with suppress(InvalidField):
                request_of(chat, "m", Habits(thinking="budget", sampling=True))


def test_tokens_are_estimated_without_counting_a_pictures_bytes() -> None:
    big = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 1_000_000}}
    few = count_tokens({"messages": [{"role": "user", "content": "four words of text"}]})["input_tokens"]
    assert 1 < few < 20
    assert few < count_tokens({"messages": [{"role": "user", "content": [big]}]})["input_tokens"] < 2_000
