"""Logs on one terminal."""

import io
from pathlib import Path

from millrace.machine.follow import Logs, Tail, last_lines


def test_only_what_is_new_and_whole(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("old\n")
    tail = Tail(log)
    with log.open("a") as file:
        file.write("one\ntw")
        file.flush()
        assert tail.lines() == ["one"]
        file.write("o\n")
    assert tail.lines() == ["two"]


def test_a_rotated_log_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("")
    tail = Tail(log)
    with log.open("a") as file:
        file.write("before\n")
    log.rename(tmp_path / "api.log.1")
    log.write_text("after\n")
    assert [line for _ in range(3) for line in tail.lines()] == ["before", "after"]


def test_a_log_that_comes_later(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "api.log")
    assert tail.lines() == []
    (tmp_path / "api.log").write_text("here\n")
    assert tail.lines() == ["here"]


def test_each_line_has_its_name(tmp_path: Path) -> None:
    out = io.StringIO()
    paths = {"api": tmp_path / "a", "worker": tmp_path / "w"}
    logs = Logs(paths, out)
    paths["api"].write_text("up\n")
    paths["worker"].write_text("up too\n")
    assert logs.pump()
    assert out.getvalue() == "api    | up\nworker | up too\n"
    assert not logs.pump()


def test_the_end_of_a_log(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("".join(f"{n}\n" for n in range(100)))
    assert last_lines(tmp_path / "a", 2) == ["98", "99"]
    assert last_lines(tmp_path / "none") == []
