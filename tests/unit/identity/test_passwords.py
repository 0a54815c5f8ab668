"""Passwords: what is refused, what is verified, and that nothing tells whether there is an account."""

from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from millrace import aside, audit
from millrace.errors import InvalidField
from millrace.identity import accounts, passwords, sign_in, turns
from millrace.identity.sessions import Origin


@pytest.mark.parametrize("password", ["mill race wheel", "x y" * 66, "пароль мельника", "1234567890-"])
def test_length_is_what_counts(password: str) -> None:
    passwords.check(password, "ann@mill.example", "ann")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "123456789",
        "x" * 201,
        "1234567890",
        "PassWord123",
        "aaaaaaaaaaaa",
        "ANN@mill.example",
        "\uff41nn@mill.example",
    ],
)
def test_what_everybody_tries_first_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(InvalidField) as refused:
        passwords.check(password, "ann@mill.example", "ann")
    assert refused.value.param == "password" and (not password or password not in refused.value.message)


def test_a_hash_is_verified_however_the_password_was_typed() -> None:
    hash = passwords.hashed("mu\u0308hle am bach")
    assert passwords.verify(hash, "m\u00fchle am bach") and not passwords.verify(hash, "muhle am bach")
    assert not passwords.verify("no hash", "m\u00fchle am bach")


def test_a_hash_of_other_parameters_is_outdated() -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("mill race wheel")
    assert passwords.verify(older, "mill race wheel") and passwords.outdated(older)
    assert not passwords.outdated(passwords.hashed("mill race wheel"))


def test_the_stand_in_costs_what_a_hash_costs_and_is_nobodys() -> None:
    stand_in = passwords.stand_in()
    assert extract_parameters(stand_in) == extract_parameters(passwords.hashed("mill race wheel"))
    assert stand_in != passwords.stand_in() and not passwords.outdated(stand_in)


def test_an_address_that_nobody_has_is_verified_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    noted: list[Any] = []

    def matches(hash: str, password: str) -> bool:
        verified.append(hash)
        return False

    monkeypatch.setattr(accounts, "find", lambda email: None)
    monkeypatch.setattr(audit, "note", lambda act, **rest: noted.append(act))
    monkeypatch.setattr(passwords, "_matches", matches)
    with pytest.raises(sign_in.WrongCredentials):
        sign_in.sign_in("nobody@mill.example", "mill race wheel", None, Origin("", ""))
    assert [extract_parameters(hash) for hash in verified] == [passwords.PARAMETERS]
    assert noted == [audit.Act.sign_in_failed]


def test_slow_work_runs_where_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_run", aside._run)
    told: list[Any] = []

    def elsewhere(function: Any, *given: Any) -> Any:
        told.append(given)
        return function(*given)

    aside.run_with(elsewhere)
    assert turns.run(divmod, 7, 2) == (3, 1) and told == [(7, 2)]


def test_who_comes_in_a_flood_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    begun = [turns._turns.acquire() for _ in range(turns.AT_A_TIME)]
    with pytest.raises(turns.Busy):
        turns.run(divmod, 7, 2)
    for _ in begun:
        turns._turns.release()
    assert turns.run(divmod, 7, 2) == (3, 1)
