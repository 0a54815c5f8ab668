"""The doctor on a store of files elsewhere."""

import pytest

from millrace.blobs import chosen
from millrace.machine import doctor_servers
from millrace.settings import settings
from tests.fakes.s3_server import S3Server


@pytest.mark.parametrize(("bucket", "level"), [("mill", "ok"), ("nobodys", "fail")])
def test_it_tries_the_store_and_leaves_nothing_there(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, bucket: str, level: str
) -> None:
    for name, value in (s3.env | {"BLOBS_URL": f"s3://{bucket}/p"}).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    chosen.store.cache_clear()
    try:
        [found] = doctor_servers.files()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        chosen.store.cache_clear()
    assert found.level == level and f"s3://{bucket}/p" in found.says and bool(found.do) == (level == "fail")
    assert not [name for name in s3.names() if "doctor" in name]


def test_it_says_nothing_of_a_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOBS_URL", "")
    settings.cache_clear()
    assert list(doctor_servers.files()) == []
