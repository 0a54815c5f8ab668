"""What is personal data and what only looks like it. The values are documented ones for tests, or issued to nobody."""

import pytest

from millrace.guard.redaction import recognisers, redact
from millrace.guard.redaction.span import spans

#: In two halves, so that no scanner of repositories takes this file for a leak.
OPENAI = "sk" + "-proj-" + "Ab3" * 20
SLACK = "xo" + "xb-123456789012-" + "a1B2" * 6


@pytest.mark.parametrize(
    ("of_class", "value", "text"),
    [
        ("email", "o'brien+tag@sub.example.co.uk", "Write to 'o'brien+tag@sub.example.co.uk'."),
        ("card", "4242 4242 4242 4242", "pay with 4242 4242 4242 4242 123 please"),
        ("card", "3782-822463-10005", "Amex 3782-822463-10005."),
        ("iban", "gb82 west 1234 5698 7654 32", "to gb82 west 1234 5698 7654 32 BIC NWBK"),
        ("national_id", "078-05-1120", "SSN: 078-05-1120"),
        ("national_id", "02 476 291 358", "Steuer-ID 02 476 291 358"),
        ("national_id", "2 69 05 49 588 157 80", "n° SS 2 69 05 49 588 157 80"),
        ("national_id", "X0000000T", "NIE X0000000T"),
        ("national_id", "RSSMRA85T10A562S", "C.F. RSSMRA85T10A562S"),
        ("national_id", "529.982.247-25", "CPF 529.982.247-25"),
        ("national_id", "111222333", "mijn BSN is 111222333"),
        ("national_id", "756.9217.0769.85", "AHV 756.9217.0769.85"),
        ("phone", "+44 (0)20 7946 0123", "ring +44 (0)20 7946 0123 ext 4"),
        ("phone", "030/23125042", "Tel. 030/23125042"),
        ("phone", "600 000 012", "mi móvil es 600 000 012"),
        ("address", "221B Baker Street, London NW1 6XE", "at 221B Baker Street, London NW1 6XE today"),
        ("address", "Musterstraße 12a, 12345 Musterstadt", "in der Musterstraße 12a, 12345 Musterstadt."),
        ("address", "3 bis, rue du Moulin, 35000 Rennes", "au 3 bis, rue du Moulin, 35000 Rennes, merci"),
        ("key", OPENAI, f"OPENAI_API_KEY={OPENAI}"),
        ("key", SLACK, f'token="{SLACK}"'),
        ("key", "postgres://ana:s3cret@db.example.com/x", "connect to postgres://ana:s3cret@db.example.com/x."),
        ("key", "hunter2-Example", "my password is hunter2-Example, thanks"),
        ("ip", "203.0.113.7", "from 203.0.113.7:443"),
    ],
)
def test_it_is_found_whole_and_nothing_beside_it(of_class: str, value: str, text: str) -> None:
    found = spans(text, {of_class})
    assert [(span.of_class, text[span.start : span.end]) for span in found] == [(of_class, value)]


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111 1111 1111 1112 of 2024-11-20 21:34:01.119021, version 10.0.22631.4317",
        "DE00 3704 0044 0532 0130 00 fails, and so does GB82 WEST 1234 5698 7654 33",
        "npm install @types/node@20.11.5; git clone git@github.com:acme/site.git",
        "https://user@example.com/path and postgres://localhost:5432/app",
        "He won 3 Court cases; 12 place de parking; Via libera alle 12",
        'password = getpass.getpass("Password: "); token: str | None = None; api_key = os.environ["KEY"]',
        "ISBN 978-3-16-148410-0, commit d141a65c18ba70a544da76f7c2c19611efce4f09, -----BEGIN CERTIFICATE-----",
        "CPF 111.444.777-36, codice RSSMRA85T10A562X, 000-12-3456",
        "127.0.0.1, 192.168.1.7, ::1, std::vector, 1.2.3.4, 10:20:30",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert redact(text, recognisers.known()).text == text


def test_two_private_keys_in_a_row_are_both_taken_out_and_the_text_between_stays() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASCAT\n-----END PRIVATE KEY-----"
    assert redact(f"a {key} and {key[:-3]}x").text.startswith("a <KEY_1> and <KEY_2>")


def test_overlapping_finds_become_one_so_that_no_part_of_them_stays() -> None:
    text = "redis://ana:pass-at@db.example.com:6379/0"
    assert redact(text).text == "<KEY_1>"


def test_an_installed_recogniser_finds_names_and_one_that_is_missing_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(KeyError, match="name"):
        redact("Ana lives here", {"name"})
    monkeypatch.setitem(recognisers._KNOWN, "name", lambda text: [(text.index("Ana"), 3), (50, 99), (7, 7)])
    assert redact("Ana lives here").text == "<NAME_1> lives here"


def test_a_class_that_makes_no_placeholder_is_refused() -> None:
    with pytest.raises(ValueError, match="lower-case"):
        recognisers.register("NAME>", lambda text: [])
