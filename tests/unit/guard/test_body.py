"""A whole request is redacted, and a whole answer restored, in OpenAI's shape."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.guard.redaction import PersonalData, Policy, TooDeep, When, redact_body, restore_body

MAIL, CARD = "ana@example.org", "4111111111111111"


def test_texts_are_redacted_wherever_they_stand_and_names_are_not() -> None:
    body = {
        "model": MAIL,
        "user": MAIL,
        "messages": [
            {"role": "system", "name": MAIL, "content": f"You serve {MAIL}"},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": f"I am {MAIL}"},
                    {"type": "image_url", "image_url": {"url": MAIL}},
                ],
            },
            {"role": "tool", "tool_call_id": MAIL, "content": MAIL},
        ],
        "stop": [MAIL],
        "something_new": {"hint": MAIL},
        "tools": [{"type": "function", "function": {"name": "f", "description": f"Mails {MAIL}"}}],
    }
    redacted = redact_body(body)
    left = json.dumps(redacted.body)
    assert left.count(MAIL) == 4 and left.count("<EMAIL_1>") == 7
    assert redacted.body["model"] == redacted.body["messages"][2]["tool_call_id"] == MAIL
    assert redacted.unseen == {"images"}
    assert body["user"] == MAIL
    assert MAIL not in repr(redacted)


@pytest.mark.parametrize("field", ["prompt", "input", "instructions", "system"])
def test_every_form_of_a_prompt_is_looked_at(field: str) -> None:
    assert redact_body({field: MAIL}).body == {field: "<EMAIL_1>"}
    assert redact_body({field: [MAIL, f"x {MAIL}"]}).body == {field: ["<EMAIL_1>", "x <EMAIL_1>"]}


def test_token_ids_are_told_to_be_unseen() -> None:
    assert redact_body({"input": [1, 2, 3]}).unseen == {"tokens"}
    assert redact_body({"prompt": [[1, 2], [3]]}).unseen == {"tokens"}


def _call(arguments: str) -> dict:
    return {
        "messages": [
            {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": arguments}}]}
        ]
    }


def _arguments(body: dict) -> str:
    return body["messages"][0]["tool_calls"][0]["function"]["arguments"]


def test_arguments_stay_json_and_numbers_and_escapes_hide_nothing() -> None:
    arguments = '{"a": "x\\nana\\u0040example.org", "card": 4111111111111111, "password": "hunter22", "n": 7}'
    redacted = redact_body(_call(arguments))
    made = json.loads(_arguments(redacted.body))
    assert made == {"a": "x\n<EMAIL_1>", "card": "<CARD_1>", "password": "<KEY_1>", "n": 7}
    back = json.loads(_arguments(restore_body(redacted.body, redacted.mapping)))
    assert back == json.loads(arguments) | {"card": CARD}


def test_arguments_without_a_find_come_through_to_the_byte() -> None:
    arguments = '{ "a":1.10,  "b" : "\\u00e9" }'
    assert _arguments(redact_body(_call(arguments)).body) == arguments


@pytest.mark.parametrize("arguments", [f'{{"a": "{MAIL}", "a": "b"}}', f'{{"a": "{MAIL}', "[" * 100_000 + MAIL])
def test_arguments_that_are_no_clean_json_are_redacted_all_the_same(arguments: str) -> None:
    assert MAIL not in _arguments(redact_body(_call(arguments)).body)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just(MAIL)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.sampled_from(["content", "input", "arguments", "source", "data", "type"]), inner),
        ),
    )
)
def test_a_body_of_any_shape_comes_through_and_back(value: Any) -> None:
    body = {"messages": value}
    redacted = redact_body(body)
    assert not redacted.mapping or redacted.body != body
    if "arguments" not in json.dumps(body):
        assert restore_body(redacted.body, redacted.mapping) == body


def test_a_body_too_deep_for_any_model_is_refused() -> None:
    body: dict = {}
    for _ in range(5000):
        body = {"a": body}
    with pytest.raises(TooDeep):
        redact_body(body)
    assert restore_body(body, redact_body({"prompt": MAIL}).mapping).keys() == {"a"}


def test_a_policy_says_when_and_a_block_says_what_without_the_value() -> None:
    body = {"prompt": f"{MAIL} {CARD}"}
    assert Policy().apply(body, leaves=True) is None
    assert Policy(When.VENDORS).apply(body, leaves=False) is None
    assert Policy(When.VENDORS, frozenset({"card"})).apply(body, leaves=True).body == {"prompt": f"{MAIL} <CARD_1>"}
    assert Policy(When.ALWAYS).apply(body, leaves=False).body == {"prompt": "<EMAIL_1> <CARD_1>"}
    with pytest.raises(PersonalData) as refused:
        Policy(When.BLOCK).apply(body, leaves=False)
    assert refused.value.classes == ("card", "email") and refused.value.status == 400
    assert MAIL not in str(vars(refused.value)) and CARD not in str(vars(refused.value))
    assert Policy(When.BLOCK).apply({"prompt": "hello"}, leaves=True).body == {"prompt": "hello"}
