"""Data keys are wrapped by the newest master key, and opened by any that we have."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace import master
from millrace.crypto import wrapping
from millrace.errors import Unreadable
from millrace.master import Master
from millrace.settings import settings

OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(settings(), "millrace_home", tmp_path)
        patched.setattr(settings(), "master_key", "")
        use(OLD)
        yield
    master.reload()


def use(*keys: bytes) -> None:
    master.write(Master(keys, bytes(32)))


def test_a_wrapped_key_opens_under_its_own_id_alone() -> None:
    wrapped = wrapping.wrap(b"k" * 32, 1)
    assert wrapping.unwrap(wrapped, 1) == b"k" * 32
    with pytest.raises(Unreadable, match="changed"):
        wrapping.unwrap(wrapped, 2)


def test_a_replaced_master_key_still_opens_and_wraps_no_more() -> None:
    wrapped = wrapping.wrap(b"k" * 32, 1)
    use(NEW, OLD)
    assert wrapping.unwrap(wrapped, 1) == b"k" * 32 and not wrapping.is_under_newest(wrapped)
    assert wrapping.is_under_newest(wrapping.wrap(b"k" * 32, 1))


def test_a_process_that_knows_the_old_file_looks_again() -> None:
    use(NEW, OLD)
    wrapped, file = wrapping.wrap(b"k" * 32, 1), master.master().dump()
    use(OLD)
    assert master.master().keys == (OLD,)
    settings().master_key_path.write_text(file)
    assert wrapping.unwrap(wrapped, 1) == b"k" * 32


def test_a_foreign_master_key_is_named_and_not_shown() -> None:
    wrapped = wrapping.wrap(b"k" * 32, 1)
    use(NEW)
    with pytest.raises(Unreadable, match=wrapping.fingerprint(OLD)):
        wrapping.unwrap(wrapped, 1)
