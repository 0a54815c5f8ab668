"""A webhook is believed when a secret of ours signed exactly these bytes, of late."""

import base64

import pytest
from millrace_client import WebhookRefused, verify

from millrace.webhooks import signing

#: The same in every process: tests are told apart by them.
SECRET, OTHER = (f"whsec_{base64.b64encode(byte * 32).decode()}" for byte in (b"1", b"2"))
BODY = b'{"type": "job.succeeded", "data": {"id": "job_1"}}'
NOW = 1_800_000_000


def sent(*secrets: str, at: int = NOW) -> dict[str, str]:
    """As the server sends it; names of headers in anybody's case."""
    return {name.title(): value for name, value in signing.headers("msg_1", at, BODY, secrets).items()}


def test_the_standards_own_example_is_genuine() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert verify(b'{"test": 2432232314}', headers, secret, now=1_614_265_330) == {"test": 2432232314}


@pytest.mark.parametrize("signers", [(SECRET,), (OTHER, SECRET), (SECRET, OTHER)])
@pytest.mark.parametrize("known", [SECRET, [OTHER, SECRET]])
def test_any_signature_of_any_of_our_secrets_will_do(signers: tuple[str, ...], known: str | list[str]) -> None:
    assert verify(BODY, sent(*signers), known, now=NOW)["type"] == "job.succeeded"


@pytest.mark.parametrize(
    ("body", "headers", "secret"),
    [
        (BODY + b" ", sent(SECRET), SECRET),
        (BODY, sent(SECRET), OTHER),
        (BODY, sent(SECRET), "whsec_?"),
        (BODY, sent(SECRET) | {"Webhook-Id": "msg_2"}, SECRET),
        (BODY, sent(SECRET) | {"Webhook-Timestamp": str(NOW + 1)}, SECRET),
        (BODY, sent(SECRET) | {"Webhook-Timestamp": "soon"}, SECRET),
        (BODY, sent(SECRET) | {"Webhook-Signature": "v1a,ä v1, ,"}, SECRET),
        (BODY, {}, SECRET),
    ],
)
def test_anything_else_is_refused(body: bytes, headers: dict[str, str], secret: str) -> None:
    with pytest.raises(WebhookRefused):
        verify(body, headers, secret, now=NOW)


@pytest.mark.parametrize("at", [NOW - 301, NOW + 301])
def test_what_is_not_of_late_is_refused(at: int) -> None:
    with pytest.raises(WebhookRefused, match="300 seconds"):
        verify(BODY, sent(SECRET, at=at), SECRET, now=NOW)
    assert verify(BODY, sent(SECRET, at=at), SECRET, now=NOW, tolerance=302)
