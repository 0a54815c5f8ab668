"""Redaction of a text can be undone, whatever the text."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.guard.redaction import Mapping, redact, restore

#: What texts are made of: values, placeholders of the user's own, marks, anything.
PARTS = st.one_of(
    st.sampled_from(
        [
            "ana@example.org",
            "bob@example.net",
            "4111 1111 1111 1111",
            "<EMAIL_1>",
            "<email 2>",
            r"\<CARD\_1\>",
            "[EMAIL_3]",
            "&lt;EMAIL_1&gt;",
            "020 7946 0123",
            " ",
            "\n",
            "\\",
            "<",
            "&lt;",
            '"',
            "{",
            "}",
            "٣",
        ]
    ),
    st.text(max_size=8),
)
TEXTS = st.lists(PARTS, max_size=12).map(" ".join)


@given(TEXTS)
def test_what_was_taken_out_is_put_back_and_the_users_own_placeholders_stay(text: str) -> None:
    redacted = redact(text)
    assert restore(redacted.text, redacted.mapping) == text


VALUES = (
    "ana@example.org",
    "4111 1111 1111 1111",
    "020 7946 0123",
    "078-05-1120",
    "DE89 3704 0044 0532 0130 00",
    "12 Mill Lane",
)


@given(st.permutations(VALUES), st.sampled_from([" ", "; ", "\n", "\t", " / ", ", "]))
def test_values_hide_each_other_in_no_order(values: list[str], between: str) -> None:
    left = redact(between.join(values)).text
    assert not [value for value in values if value in left]


def test_the_same_value_has_the_same_placeholder_and_numbers_follow_the_text() -> None:
    redacted = redact("ana@example.org, bob@example.net, ana@example.org")
    assert redacted.text == "<EMAIL_1>, <EMAIL_2>, <EMAIL_1>"


def test_a_placeholder_in_the_users_text_is_not_given_to_a_value() -> None:
    redacted = redact("What is <EMAIL_1>, or <email-2>? I am ana@example.org")
    assert redacted.text == "What is <EMAIL_1>, or <email-2>? I am <EMAIL_3>"


def test_nothing_that_is_printed_shows_a_value() -> None:
    redacted = redact("ana@example.org 4111111111111111")
    shown = repr([redacted, redacted.mapping, vars(redacted)])
    assert "ana" not in shown and "4111" not in shown and "email 1" in shown


def test_a_mapping_does_not_leave_its_process() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(redact("ana@example.org").mapping)
    with pytest.raises(TypeError):
        json.dumps(Mapping())
