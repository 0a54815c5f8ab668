"""Mail by SMTP, and a platform that wants its addresses verified, on threads where the others run on eventlet."""

import subprocess
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.accounts import PASSWORD, Account, address, post, token_in
from tests.fakes.certificates import certificate
from tests.fakes.smtp_server import PASSWORD as SMTP_PASSWORD
from tests.fakes.smtp_server import USER, SmtpServer
from tests.machine import wait_for
from tests.platform import Platform

#: As the sweep does it.
_FORGET = "from millrace import db; db.act_as('worker'); from millrace.identity.forgetting import forget; forget()"

_DELIVER = "from millrace.mail.deliver import deliver; print(deliver())"


@pytest.fixture(scope="module")
def post_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    made = certificate(tmp_path_factory.mktemp("smtp") / "certificate.pem")
    with SmtpServer(made) as server:
        yield server


@pytest.fixture(scope="module")
def strict(post_office: SmtpServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """VERIFY_ADDRESS, ASYNC_MODE=threading, and mail by SMTP; nothing sends it but `deliver`."""
    trusted = next(Path(tmp_path_factory.getbasetemp()).glob("smtp*/certificate.pem"))
    made = Platform(
        VERIFY_ADDRESS="true",
        ASYNC_MODE="threading",
        PUBLIC_URL="https://mill.example/",
        MAIL_URL=f"smtp://{USER}:{quote(SMTP_PASSWORD, safe='')}@127.0.0.1:{post_office.port}",
        MAIL_FROM="The Mill <mill@mill.example>",
        SSL_CERT_FILE=str(trusted),
    )
    try:
        yield made.start("api")
    finally:
        made.stop()


def deliver(platform: Platform, processes: int = 1) -> int:
    """Have so many processes send what is due; how many mails were sent."""
    several = [platform.spawn("-c", _DELIVER, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return sum(int(each.communicate(timeout=60)[0].splitlines()[-1]) for each in several)


def register(platform: Platform, email: str, process: str = "api", **fields: str) -> tuple[int, str]:
    status, _, answer = post(platform, "register", {"email": email, "password": PASSWORD} | fields, process)
    return status, answer["detail"]


def text_of(mail: Message) -> str:
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_an_address_is_verified_before_its_owner_may_sign_in(strict: Platform, post_office: SmtpServer) -> None:
    ann = Account(strict, address())
    assert register(strict, ann.email)[0] == 202
    status, _, problem = post(strict, "login", ann.credentials)
    assert status == 403 and problem["code"] == "address_not_verified"
    assert post(strict, "login", ann.credentials | {"password": "not this one"})[0] == 401
    assert deliver(strict) == 1
    [mail] = post_office.to(ann.email)
    assert mail["From"] == "The Mill <mill@mill.example>" and mail["To"] == ann.email and mail["Message-ID"]
    assert "https://mill.example/verify#token=" in text_of(mail)
    token = token_in(text_of(mail))
    assert post(strict, "verify", {"token": token})[0] == 204
    assert post(strict, "verify", {"token": token})[0] == 400
    assert ann.sign_in().request("GET", "/api/v1/auth/me")[1]["user"]["verified"] is True


def test_an_address_that_is_taken_gets_the_same_answer_and_a_mail_that_says_so(
    strict: Platform, post_office: SmtpServer
) -> None:
    email = address()
    first = register(strict, email)
    again = register(strict, email.upper())
    assert first == again and first[0] == 202
    assert deliver(strict) == 2
    # Not verified yet: another chance to do it.
    assert [mail["Subject"] for mail in post_office.to(email)] == ["Verify your address"] * 2
    assert post(strict, "verify", {"token": token_in(text_of(post_office.to(email)[1]))})[0] == 204
    assert register(strict, email) == first
    assert deliver(strict) == 1
    assert post_office.to(email)[-1]["Subject"] == "You have an account already"


def test_two_senders_send_every_mail_once(strict: Platform, post_office: SmtpServer) -> None:
    emails = [address() for _ in range(12)]
    for email in emails:
        register(strict, email)
    assert deliver(strict, processes=3) == 12
    assert [len(post_office.to(email)) for email in emails] == [1] * 12


def test_what_the_server_refuses_is_sent_later_and_at_last_given_up(strict: Platform, post_office: SmtpServer) -> None:
    email = address()
    register(strict, email)
    post_office.refusals.append(f"451 4.7.1 <{email}> not now")
    assert deliver(strict) == 0 and post_office.to(email) == []
    waiting = "SELECT attempts, error, extract(epoch FROM due_at - now()) BETWEEN 20 AND 31 FROM mails"
    assert strict.sql(f"{waiting} WHERE sent_at IS NULL") == [(1, "SMTPRecipientsRefused", True)]
    strict.sql("UPDATE mails SET due_at = now() WHERE sent_at IS NULL")
    assert deliver(strict) == 1 and len(post_office.to(email)) == 1

    register(strict, address())
    strict.sql("UPDATE mails SET attempts = 7 WHERE sent_at IS NULL")
    post_office.refusals.append("550 nobody")
    assert deliver(strict) == 0
    strict.sql("UPDATE mails SET due_at = now() WHERE sent_at IS NULL AND due_at < 'infinity'")
    assert deliver(strict) == 0
    left = "SELECT attempts, due_at::text, recipient, body FROM mails WHERE sent_at IS NULL"
    assert strict.sql(left) == [(8, "infinity", None, None)]
    strict.sql("DELETE FROM mails WHERE sent_at IS NULL")


def test_a_mail_whose_sender_died_is_sent_by_another(strict: Platform, post_office: SmtpServer) -> None:
    email = address()
    register(strict, email)
    claim = "from millrace.mail import outbox; print(outbox.claim().id)"
    dead = strict.spawn("-c", claim, stdout=subprocess.PIPE, text=True)
    assert dead.communicate(timeout=60)[0]
    assert deliver(strict) == 0, "it may still be at it"
    strict.sql("UPDATE mails SET due_at = due_at - interval '10 minutes' WHERE sent_at IS NULL")
    assert deliver(strict) == 1 and len(post_office.to(email)) == 1


def test_what_waits_to_be_sent_cannot_be_read_in_the_database(strict: Platform) -> None:
    email = address()
    register(strict, email)
    [row] = strict.sql("SELECT m::text FROM mails m WHERE sent_at IS NULL")
    assert email not in row[0] and "token=" not in row[0]
    deliver(strict)


@pytest.mark.parametrize("offered", [None, "another"])
def test_nothing_goes_in_clear_or_to_a_stranger(strict: Platform, tmp_path: Path, offered: str | None) -> None:
    with SmtpServer(certificate(tmp_path / "other.pem") if offered else None) as other:
        register(strict, address())
        script = f"import os; os.environ['MAIL_URL'] = 'smtp://u:p@127.0.0.1:{other.port}'; {_DELIVER}"
        sending = strict.spawn("-c", script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert sending.communicate(timeout=60)[0].endswith("\n0\n") and other.mails == []
    strict.sql("UPDATE mails SET due_at = now() WHERE sent_at IS NULL")
    assert deliver(strict) == 1


@pytest.mark.parametrize(("registration", "says"), [("closed", "Nobody can register"), ("invited", "invitation")])
def test_registration_can_be_closed_or_for_those_who_are_invited(
    strict: Platform, registration: str, says: str
) -> None:
    before, strict.extra = strict.extra, strict.extra | {"REGISTRATION": registration}
    name = f"api-{registration}"
    try:
        strict.start_process(name)
    finally:
        strict.extra = before
    status, detail = register(strict, address(), name)
    assert status == 403 and says in detail
    unknown = register(strict, address(), name, invitation="not one of ours")
    assert unknown[0] == (403 if registration == "closed" else 404)
    assert strict.sql("SELECT count(*) FROM mails WHERE sent_at IS NULL") == [(0,)]
    strict.processes.pop(name).terminate()


def test_who_is_invited_joins_that_tenant_verified(strict: Platform, post_office: SmtpServer) -> None:
    email = address()
    assert strict.request("POST", "/api/v1/invitations", {"email": email, "role": "viewer"})[0] == 201
    assert deliver(strict) == 1
    token = token_in(text_of(post_office.to(email)[0]))
    status, _, refused = post(strict, "register", {"email": address(), "password": PASSWORD, "invitation": token})
    assert status == 404, refused
    ann = Account.register(strict, email=email, invitation=token)
    me = ann.request("GET", "/api/v1/auth/me")[1]
    assert me["user"]["verified"] is True and me["role"] == "viewer" and me["tenant"]["name"] == "admin"
    assert len(me["tenants"]) == 1 and "platform:admin" not in me["permissions"]


def test_what_is_long_over_is_forgotten_and_nothing_else(strict: Platform) -> None:
    ann, bob = (Account(strict, address()) for _ in range(2))
    for each in (ann, bob):
        register(strict, each.email)
        strict.sql("UPDATE users SET verified_at = now() WHERE email = %s", each.email)
        each.tokens = each.sign_in().tokens
    deliver(strict)
    of_ann = "(SELECT id FROM users WHERE email = %s)"
    strict.sql(f"UPDATE sessions SET revoked_at = now() - interval '31 days' WHERE user_id = {of_ann}", ann.email)
    strict.sql(f"UPDATE mailed_tokens SET expires_at = now() - interval '8 days' WHERE user_id = {of_ann}", ann.email)
    sent, left = strict.sql("SELECT count(*) FROM mails")[0][0], "SELECT count(*) FROM mails"
    strict.sql(
        "UPDATE mails SET sent_at = now() - interval '8 days' WHERE id = (SELECT min(id::text)::uuid FROM mails)"
    )
    strict.run("-c", _FORGET)
    for table in ("sessions", "mailed_tokens"):
        kept = f"SELECT count(*) FROM {table} WHERE user_id = {of_ann}"
        assert [strict.sql(kept, each.email) for each in (ann, bob)] == [[(0,)], [(1,)]], table
    assert strict.sql(left) == [(sent - 1,)] and len(strict.sql("SELECT kid FROM signing_keys")) == 1
    assert bob.may() == 200 and bob.refresh()[0] == 200


def test_people_sign_in_while_redis_is_away(strict: Platform) -> None:
    ann = Account(strict, address())
    register(strict, ann.email)
    strict.sql("UPDATE users SET verified_at = now() WHERE email = %s", ann.email)
    strict.kill_server("redis")
    try:
        signed_in = ann.sign_in()
        assert signed_in.may() == 200 and signed_in.refresh()[0] == 200 and signed_in.may() == 200
        assert signed_in.request("POST", "/api/v1/auth/logout")[0] == 204
        wait_for(lambda: signed_in.may() == 401, 2, "the end")
    finally:
        strict.start_server("redis")
        wait_for(strict.redis_answers, 20, "Redis")
