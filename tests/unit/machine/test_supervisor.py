"""What supervisord is told, and how our processes come back."""

import sys
import time
from configparser import RawConfigParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from supervisor.states import ProcessStates

from millrace.machine import discover, procfile, supervisor
from millrace.machine.supervisord import LONGEST_WAIT, Patient
from millrace.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "100%"
    (home / "run").mkdir(parents=True)
    own = Settings(_env_file=None, millrace_home=home, database_url="", redis_url="", api_processes=1)
    for module in (supervisor, procfile, discover):
        monkeypatch.setattr(module, "settings", lambda: own)
    return home


def test_the_app_stops_as_one_group_and_before_the_servers(home: Path) -> None:
    config = RawConfigParser()
    config.read(supervisor.write())
    app, servers = config["group:app"], config["group:servers"]
    assert int(app["priority"]) > int(servers["priority"])
    assert set(app["programs"].split(",")) == set(procfile.read()) - {"worker-local", "models"}
    assert servers["programs"] == "postgres,redis"
    assert config["program:postgres"]["stopsignal"] == "INT"
    assert config["program:api"]["stdout_logfile"] == str(home / "log" / "api.log").replace("%", "%%")


@pytest.mark.parametrize("grace", [0.0, 2.0, 5.0, 6.0, 8.0])
def test_everything_stops_within_ten_seconds(grace: float) -> None:
    app, servers = supervisor.waits(grace)
    assert app > grace
    assert app + servers <= 10


def test_a_local_model_brings_its_processes(home: Path) -> None:
    (home / "models.toml").write_text(
        '[lanes.cpu]\npool = "local"\n[[models]]\nname = "x"\nengine = "local"\nlane = "cpu"\npath = "/x.gguf"\n'
    )
    assert {"worker-local", "models"} <= {found.name for found in procfile.processes()}


def test_the_procfile_runs_this_python(home: Path) -> None:
    api = next(one for one in procfile.processes() if one.name == "api")
    assert api.command == (sys.executable, "-m", "api")


def test_the_api_has_a_process_for_each_core_and_no_more_than_are_wanted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apis(wanted: int, cores: int) -> list[str]:
        monkeypatch.setattr(procfile.settings(), "api_processes", wanted)
        monkeypatch.setattr("os.cpu_count", lambda: cores)
        return [one.name for one in procfile.processes() if one.command[-1] == "api"]

    assert apis(wanted=0, cores=3) == ["api", "api-2", "api-3"]
    assert len(apis(wanted=0, cores=64)) == procfile.MOST_APIS
    assert apis(wanted=1, cores=64) == ["api"]


class Quiet:
    """supervisord's options, as far as a process that never runs needs them."""

    mood = 1
    logger = SimpleNamespace(info=print, warn=print, debug=print)

    @staticmethod
    def close_parent_pipes(_pipes: object) -> None:
        """None to close."""


def dying() -> Patient:
    config = SimpleNamespace(name="x", options=Quiet, startsecs=0, exitcodes=[0], autorestart=False)
    return Patient(config)


def test_what_dies_young_waits_a_little_and_never_gives_up() -> None:
    process = dying()
    waits = []
    for _ in range(20):
        process.state = ProcessStates.RUNNING
        process.laststart = time.time() - 0.1
        process.finish(1, 256)
        waits.append(round(process.rest_until - time.time()))
        assert process.state == ProcessStates.EXITED
    assert waits[:4] == [0, 1, 2, 3]
    assert max(waits) == LONGEST_WAIT


def test_what_lived_long_comes_back_at_once() -> None:
    process = dying()
    process.early_deaths = 7
    process.state = ProcessStates.RUNNING
    process.laststart = time.time() - 60
    process.finish(1, 256)
    assert process.rest_until <= time.time()
