"""A Responses request as a chat."""

from contextlib import suppress
from typing import Any

import pytest
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.responses import Response
from pydantic import TypeAdapter

from millrace.dialects.responses.asked import chat_body, turns_after
from millrace.dialects.responses.response import echo_of, response_of
from millrace.errors import InvalidField
from tests.unit.dialects.conftest import CALLS, FULL, THOUGHT, spoiled

CHAT: TypeAdapter[Any] = TypeAdapter(CompletionCreateParamsNonStreaming)
SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}

REQUEST: dict[str, Any] = {
    "model": "m",
    "instructions": "be brief",
    "input": [
        {"role": "developer", "content": "be kind"},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "what?"},
                {"type": "input_image", "image_url": "https://example.com/a.png", "detail": "low"},
            ],
        },
        {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "let me see"}]},
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "time", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "rain"},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "noon"}]},
    ],
    "tools": [{"type": "function", "name": "weather", "parameters": SCHEMA, "strict": True}],
    "tool_choice": {"type": "function", "name": "weather"},
    "parallel_tool_calls": False,
    "text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA, "strict": True}, "verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "max_output_tokens": 50,
    "top_logprobs": 2,
    "temperature": 0.5,
    "metadata": {"a": "b"},
    "store": False,
    "truncation": "auto",
    "stream": True,
}


def test_a_request_is_a_chat() -> None:
    chat = chat_body(REQUEST)
    CHAT.validate_python(chat | {"stream": False})
    called = [
        {"id": id, "type": "function", "function": {"name": name, "arguments": "{}"}}
        for id, name in (("c1", "weather"), ("c2", "time"))
    ]
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}
    assert chat.pop("messages") == [
        {"role": "system", "content": "be brief"},
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": [{"type": "text", "text": "what?"}, image]},
        {"role": "assistant", "content": "let me see", "reasoning_content": "hm", "tool_calls": called},
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
        {"role": "tool", "tool_call_id": "c2", "content": "noon"},
    ]
    assert chat == {
        "model": "m",
        "stream": True,
        "store": False,
        "metadata": {"a": "b"},
        "temperature": 0.5,
        "max_completion_tokens": 50,
        "logprobs": True,
        "top_logprobs": 2,
        "reasoning_effort": "low",
        "verbosity": "low",
        "parallel_tool_calls": False,
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA, "strict": True}}],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA, "strict": True}},
    }


def test_what_a_response_put_out_goes_back_in_and_is_the_same_message() -> None:
    """Signed thoughts among it: they are sealed in the reasoning item."""
    made = response_of(id="resp_1", model="m", created_at=1, status="completed", echo=echo_of({}), answer=FULL)
    (message,) = chat_body({"model": "m", "input": made["output"]})["messages"]
    assert message == {
        "role": "assistant",
        "content": "Let me look.",
        "reasoning_content": "hm, yes",
        "thinking_blocks": [THOUGHT],
        "tool_calls": CALLS,
    }


@pytest.mark.parametrize("sealed", ["mr1.", "mr1.!!", "mr1.NQ==", "gAAAAB", 5, "mr1.W3sidHlwZSI6ICJ4In1d"])
def test_a_seal_that_is_not_ours_holds_nothing(sealed: Any) -> None:
    items = [{"type": "reasoning", "encrypted_content": sealed}, {"role": "assistant", "content": "x"}]
    assert chat_body({"model": "m", "input": items})["messages"] == [{"role": "assistant", "content": "x"}]


def test_a_response_goes_on_where_another_ended() -> None:
    first = {"model": "m", "instructions": "be brief", "input": "one"}
    earlier = turns_after(first, FULL)
    later = chat_body({"model": "m", "input": "two", "previous_response_id": "resp_1"}, earlier)["messages"]
    assert [message["role"] for message in later] == ["user", "assistant", "user"]
    assert [message["content"] for message in later] == ["one", "Let me look.", "two"]


def test_what_is_not_known_goes_on() -> None:
    assert chat_body({"model": "m", "input": "x", "new_thing": {"a": 1}})["new_thing"] == {"a": 1}


def test_allowed_tools_and_tools_of_the_custom_kind() -> None:
    tools = [{"type": "custom", "name": "sql"}, {"type": "function", "name": "f"}]
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]}
    items = [
        {"type": "custom_tool_call", "call_id": "c", "name": "sql", "input": "SELECT 1"},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "1"},
    ]
    chat = chat_body({"model": "m", "input": items, "tools": tools, "tool_choice": choice})
    CHAT.validate_python(chat | {"stream": False})
    assert chat["tools"][0] == {"type": "custom", "custom": {"name": "sql"}}
    assert chat["tool_choice"]["allowed_tools"] == {
        "mode": "required",
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }
    assert chat["messages"][0]["tool_calls"][0]["custom"] == {"name": "sql", "input": "SELECT 1"}


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("model", None, "model"),
        ("input", None, "input"),
        ("input", [], "input"),
        ("input", ["x"], "input[0]"),
        ("input", [{"type": "web_search_call"}], "input[0].type"),
        ("input", [{"type": "item_reference", "id": "x"}], "input[0].type"),
        ("input", [{"role": "nobody", "content": "x"}], "input[0].role"),
        ("input", [{"role": "user", "content": [{"type": "x"}]}], "input[0].content[0].type"),
        ("input", [{"role": "user", "content": [{"type": "input_file"}]}], "input[0].content[0]"),
        ("input", [{"type": "function_call", "name": "f", "arguments": "{}"}], "input[0].call_id"),
        ("instructions", 5, "instructions"),
        ("tools", [{"type": "web_search"}], "tools[0].type"),
        ("tools", [{"type": "function"}], "tools[0].name"),
        ("tool_choice", {"type": "mcp"}, "tool_choice"),
        ("text", {"format": {"type": "yaml"}}, "text.format.type"),
        ("text", {"format": {"type": "json_schema"}}, "text.format.schema"),
        ("max_output_tokens", 0, "max_output_tokens"),
        ("prompt", {"id": "p"}, "prompt"),
        ("conversation", "conv_1", "conversation"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(name: str, value: Any, where: str) -> None:
    request = {"model": "m", "input": "x", "tools": REQUEST["tools"], name: value}
    if name == "input" and not value:
        request.pop("instructions", None)
    with pytest.raises(InvalidField) as refused:
        chat_body(request)
    assert refused.value.param == where and where in refused.value.message


def test_whatever_stands_anywhere_it_is_a_chat_or_refused() -> None:
    for request in spoiled(REQUEST):
        if isinstance(request, dict):
            with suppress(InvalidField):
                chat_body(request)
                echo_of(request)


def test_a_request_is_said_back() -> None:
    echo = echo_of(REQUEST)
    made = Response.model_validate(response_of(id="resp_1", model="m", created_at=1, status="queued", echo=echo))
    assert (made.instructions, made.max_output_tokens, made.truncation) == ("be brief", 50, "disabled")
    assert made.reasoning and made.reasoning.effort == "low"
    assert made.text and made.text.format and made.text.format.type == "json_schema"
