"""A file is read whole before anything is reserved, and every bad line is reported with its number."""

import json
from typing import Any

import pytest

from tests.integration.batches.conftest import Owner, line, written


def test_every_bad_line_is_reported_and_nothing_is_reserved(owner: Owner) -> None:
    quota = owner.quota("requests", 100)
    lines = [
        line("fine"),
        b"not json",
        b"",
        line("fine"),
        line("a") | {"url": "/v1/embeddings"},
        line("b") | {"method": "GET"},
        line("c", model="nobody"),
        {"method": "POST"},
        line("d") | {"body": {"model": "demo"}},
        line("e") | {"body": line("e")["body"] | {"stream": True}},
        b'{"custom_id": "\xff"}',
    ]
    failed = owner.ended(owner.batch(lines))
    assert failed["status"] == "failed" and failed["output_file_id"] is None
    found = {each["line"]: each["code"] for each in failed["errors"]["data"]}
    assert found == {
        2: "invalid_json", 4: "duplicate_custom_id", 5: "invalid_url", 6: "invalid_method", 7: "unknown_model",
        8: "missing_custom_id", 9: "invalid_field", 10: "stream_not_supported", 11: "invalid_json",
    }  # fmt: skip
    assert [each["line"] for each in owner.file(failed["error_file_id"])] == sorted(found)
    assert owner.balance(quota) == (0, 0)


@pytest.mark.parametrize(
    "raw", [b"\xef\xbb\xbf%s\r\n%s", b"%s\n\n\n%s\n", b"\xef\xbb\xbf%s\n%s"], ids=["crlf", "blank", "bom"]
)
def test_files_from_anywhere_are_read(owner: Owner, raw: bytes) -> None:
    one, two = (json.dumps(line(id)).encode() for id in ("one", "two"))
    done = owner.ended(owner.batch(raw % (one, two)))
    assert (done["status"], done["request_counts"]["completed"]) == ("completed", 2)


def test_each_line_goes_to_the_lane_of_its_own_model(owner: Owner) -> None:
    done = owner.ended(owner.batch([line("a"), line("b", model="narrow")]))
    assert done["status"] == "completed" and done["model"] is None
    assert {part["lane"] for part in done["quote"]["models"]} == {"remote.demo", "remote.narrow"}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"endpoint": "/v1/images"}, 400), ({"completion_window": "2h"}, 400), ({"input_file_id": "nobody's"}, 404),
        ({"metadata": {"a": 1}}, 400), ({"template": {"custom_id": "x"}}, 400), ({"webhook": "http://10.0.0.1/"}, 400),
        ({"surprise": 1}, 400), ({"output_expires_after": {"anchor": "created_at", "seconds": 1}}, 400),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_used_is_refused_at_once(owner: Owner, fields: dict[str, Any], status: int) -> None:
    asked = {"input_file_id": owner.upload(written([line("a")])), "endpoint": "/v1/chat/completions"} | fields
    found, problem = owner.ask("POST", "/api/v1/batches", asked)
    assert found == status, problem


def test_rows_of_a_csv_file_are_put_into_a_template(owner: Owner) -> None:
    raw = b'id,question\n1,"What, is\nthis?"\n2,Why?\n'
    body = line("x")["body"] | {"messages": [{"role": "user", "content": "Answer: {{ question }}"}]}
    template = {"custom_id": "row-{{id}}", "body": body}
    done = owner.ended(owner.batch(raw, template=template))
    assert {each["custom_id"] for each in owner.file(done["output_file_id"])} == {"row-1", "row-2"}

    failed = owner.ended(owner.batch(b"id\n1\n", template=template))
    assert [(each["code"], each["line"]) for each in failed["errors"]["data"]] == [("missing_column", 2)]


def test_the_same_key_gives_the_same_batch(owner: Owner) -> None:
    asked = {"input_file_id": owner.upload(written([line("a")])), "endpoint": "/v1/chat/completions"}
    headers = {"Idempotency-Key": "once"}
    made = [owner.ask("POST", "/api/v1/batches", asked, headers=headers)[1]["id"] for _ in range(2)]
    assert made[0] == made[1]
    status, _ = owner.ask("POST", "/api/v1/batches", asked | {"completion_window": "1h"}, headers=headers)
    assert status == 422
