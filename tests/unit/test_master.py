"""The master key: how it is written, and that what is derived outlives its rotation."""

import base64
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from millrace import master
from millrace.master import Master, NoMasterKey
from millrace.settings import settings

ONE, TWO = base64.b64encode(b"1" * 32).decode(), base64.b64encode(b"2" * 32).decode()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with monkeypatch.context() as patched:
        patched.setattr(settings(), "millrace_home", tmp_path)
        patched.setattr(settings(), "master_key", "")
        master.reload()
        yield tmp_path
    master.reload()


def test_one_is_made_once_for_its_owner_alone(home: Path) -> None:
    with pytest.raises(NoMasterKey):
        master.derive("x")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: master.ensure(), range(4)))
    first = master.master()
    master.ensure()
    master.reload()
    assert master.master() == first and len(first.keys[0]) == 32
    assert stat.S_IMODE((home / "master-key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["master-key"]


def test_what_is_derived_outlives_every_step_of_two_rotations() -> None:
    first = master.parse(ONE)
    master.write(first)
    secret = master.derive("a role")
    during = master.parse(f"{TWO},{ONE}")
    master.write(during)
    assert master.derive("a role") == secret and master.derive("another") != secret
    after = Master(during.keys[:1], during.root)
    assert ONE not in after.dump() and master.parse(after.dump()) == after
    master.write(after)
    assert master.derive("a role") == secret
    master.write(Master((b"3" * 32, *after.keys), after.root))
    assert master.derive("a role") == secret and len(master.master().keys) == 2


def test_the_root_does_not_tell_the_key_that_it_came_of() -> None:
    assert b"1" * 32 not in master.parse(ONE).root


@pytest.mark.parametrize("odd", ["short", ONE[:-4], f"{ONE},", f"{ONE}:x", base64.b64encode(b"1" * 31).decode()])
def test_what_is_no_key_is_refused_and_not_shown(odd: str) -> None:
    with pytest.raises(ValueError, match="32 bytes in base64") as refused:
        master.parse(odd)
    assert odd not in str(refused.value)
