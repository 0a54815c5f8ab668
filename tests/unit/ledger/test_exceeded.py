"""A refusal says which quota, how much of it, and until when."""

import json

from millrace import ids
from millrace.ledger.exceeded import exceeded

FOUND = {
    "unit": "requests", "api_key": None, "model": None, "own": False, "hard_limit": 100, "used": 98, "reserved": 1,
    "amount": 2, "period": "2026-12-01",
}  # fmt: skip


def test_it_says_all_that_its_reader_can_act_on() -> None:
    error = exceeded(json.dumps(FOUND))
    assert error.status == 429 and error.code == "quota_exceeded" and error.retry_after is None
    for part in ("your tenant", "100 requests", "98 requests", "1 request ", "2 requests", "2027-01-01T00:00:00Z"):
        assert part in error.message


def test_it_names_the_key_and_the_model_and_shows_money_as_money() -> None:
    key = ids.new()
    money = {"unit": "nanos", "api_key": key, "model": "demo", "hard_limit": 5 * 10**9, "used": 4_999_000_000}
    message = exceeded(json.dumps(FOUND | money)).message
    for part in (ids.show("key", key), "the model demo", "5.00 USD", "4.999 USD", "0.000000002 USD"):
        assert part in message


def test_without_figures_it_still_says_what_to_do() -> None:
    assert "administrator" in exceeded(None).message
