"""CSV files from anywhere: what a row becomes, and what a hostile one may not do."""

import csv
import json
from collections.abc import Iterator

import pytest

from millrace.batches import rows
from millrace.batches.request import BadLine


def test_text_is_cut_into_lines_however_it_comes_in_pieces() -> None:
    raw = "\ufeffid,text\r\n1,\u00e4\u00f6\r\n2,last".encode()
    for size in (1, 3, 100):
        pieces = (raw[i : i + size] for i in range(0, len(raw), size))
        assert list(rows._text(pieces)) == ["id,text\r\n", "1,\u00e4\u00f6\r\n", "2,last"]


def test_a_line_without_an_end_is_given_up_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows.settings(), "max_body_bytes", 1000)
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 100
            yield b"x" * 100

    with pytest.raises(csv.Error, match="more than 1000"):
        list(rows._text(endless()))
    assert taken <= 1200


def test_cells_stand_where_the_template_names_them() -> None:
    template = {"custom_id": "r-{{ id }}", "body": {"messages": [{"content": "Say {{text}}, {{text}}!"}], "n": 1}}
    made = rows._filled_in(template, {"id": "7", "text": '"; drop'}, "/v1/chat/completions")
    assert isinstance(made, bytes)
    found = json.loads(made)
    assert found["custom_id"] == "r-7" and found["body"] == {"messages": [{"content": 'Say "; drop, "; drop!'}], "n": 1}
    missing = rows._filled_in(template, {"id": "7"}, "/v1/chat/completions")
    assert isinstance(missing, BadLine) and missing.param == "text"
