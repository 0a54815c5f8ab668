"""Names of files: whatever was sent, what is kept harms no header, terminal or disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.files.names import LONGEST, clean


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("in.jsonl", "in.jsonl"),
        ("my batch (2).jsonl", "my batch (2).jsonl"),
        ("Zürich 東京.jsonl", "Zürich 東京.jsonl"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\in.jsonl", "in.jsonl"),
        ("/", "file"),
        ("", "file"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("a\x00b\r\nSet-Cookie: x", "a_b__Set-Cookie: x"),
        ("gpj.\u202elnosj", "gpj._lnosj"),
        ("x" * 10_000 + ".jsonl", "x" * (LONGEST - 6) + ".jsonl"),
        ("x." + "y" * 10_000, "x." + "y" * (LONGEST - 2)),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean(given_name) == kept


@given(st.text())
def test_every_name_can_be_shown(given_name: str) -> None:
    kept = clean(given_name)
    assert kept and kept.isprintable() and len(kept) <= LONGEST and not set(kept) & set("/\\") and kept[0] != "."
    assert clean(kept) == kept
