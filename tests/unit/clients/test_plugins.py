"""Where the server is installed, one `millrace` has its commands and the client's."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CLIENT = str(ROOT / "clients" / "python")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder in which the server's package is installed, as its pyproject.toml says."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["millrace.commands"]
    folder = tmp_path / "millrace-9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: millrace\nVersion: 9\n")
    lines = "".join(f"{name} = {value}\n" for name, value in found.items())
    (folder / "entry_points.txt").write_text(f"[millrace.commands]\n{lines}")
    return tmp_path


def millrace(*arguments: str, installed: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(installed), str(ROOT), CLIENT))
    environment = os.environ | {"PYTHONPATH": path, "MILLRACE_HOME": str(installed / "home")}
    command = [sys.executable, "-m", "millrace_client", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_operators_commands_are_there(installed: Path) -> None:
    shown = millrace("--help", installed=installed).stdout
    assert all(f" {name} " in shown for name in ("run", "batch", "up", "down", "status", "doctor", "models"))


def test_a_group_that_both_have_has_the_commands_of_both(installed: Path) -> None:
    shown = millrace("models", "--help", installed=installed).stdout
    assert all(f" {name} " in shown for name in ("ls", "pull", "rm", "status")) and "--json" in shown


def test_what_an_operators_command_finds_wrong_is_one_line(installed: Path) -> None:
    done = millrace("models", "pull", "nobody", installed=installed)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "nobody" in done.stderr


def test_a_command_imports_no_more_than_it_needs(installed: Path) -> None:
    code = "import sys; from millrace_client.command.main import app; app(['run', '--help'], standalone_mode=False)"
    code += "; print(sorted(sys.modules))"
    path = os.pathsep.join((str(installed), str(ROOT), CLIENT))
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.rpartition("\n[")[2]
    assert "'typer'" in loaded
    assert not [name for name in ("httpx", "sqlalchemy", "millrace.machine") if f"'{name}'" in loaded]
