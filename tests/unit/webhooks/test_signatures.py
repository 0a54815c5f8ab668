"""Signatures: the example of Standard Webhooks, and one for each secret while one replaces another."""

import base64
import json
from datetime import UTC, datetime

from millrace.webhooks import events, signing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_standards_own_example_comes_out() -> None:
    found = signing.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}', [SECRET])
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_each_secret_signs_while_one_replaces_another() -> None:
    new = signing.generate()
    signatures = signing.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}', [new, SECRET])
    first, second = signatures["webhook-signature"].split(" ")
    assert first.startswith("v1,") and first != second == SIGNATURE


def test_secrets_are_long_enough_and_never_the_same() -> None:
    made = {signing.generate() for _ in range(100)}
    assert len(made) == 100
    assert all(24 <= len(base64.b64decode(each.removeprefix("whsec_"))) <= 64 for each in made)


def test_an_event_has_openais_shape_and_is_the_same_every_time() -> None:
    about = ("evt_1", "response.completed", "01a22360-066e-7887-84c0-d34d587efc22", {"note": "ä"}, datetime.now(UTC))
    body = events.body(*about)
    assert body == events.body(*about)
    event = json.loads(body)
    assert event["object"] == "event" and event["data"] == {"id": "resp_01a22360066e788784c0d34d587efc22", "note": "ä"}
    assert set(event) == {"id", "object", "type", "created_at", "data"} and isinstance(event["created_at"], int)
