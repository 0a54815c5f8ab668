"""Uploads whose server dies: a file is there as a whole or not at all, and nothing is left of those that are not."""

import hashlib
import os
import random
import socket
import threading
from http.client import HTTPException

from tests.faults.strikes import bring_back
from tests.integration.files.forms import FORM, PURPOSE, form, part, upload
from tests.machine import wait_for
from tests.platform import Platform

MB = 1_000_000


def listed(mill: Platform) -> dict[str, str]:
    """The files there are, by name."""
    return {file["filename"]: file["id"] for file in mill.request("GET", "/v1/files")[2]["data"]}


def on_disk(mill: Platform) -> set[str]:
    blobs = mill.home / "blobs"
    return {str(path.relative_to(blobs)) for path in blobs.rglob("*") if path.is_file()}


def sweep_clean(mill: Platform) -> None:
    """Leases of the dead are over, and the sweep has been."""
    mill.sql("UPDATE files SET sweep_at = now() WHERE state = 'uploading'")
    ready = {row[0] for row in mill.sql("SELECT blob FROM files WHERE state = 'ready'")}
    wait_for(lambda: on_disk(mill) == ready, 30, "the sweep")
    assert mill.sql("SELECT id FROM files WHERE state = 'uploading'") == []


def test_an_api_killed_in_the_middle_of_an_upload_leaves_no_file(mill: Platform) -> None:
    before = listed(mill)
    lines = ["POST /v1/files HTTP/1.1", "Host: x", f"Authorization: Bearer {mill.key}", f"Content-Length: {10 * MB}"]
    lines += [f"Content-Type: {FORM['Content-Type']}", "", ""]
    with socket.create_connection(("127.0.0.1", mill.ports["api-2"]), timeout=30) as connection:
        connection.sendall("\r\n".join(lines).encode() + part(*PURPOSE) + part("file", "half", bytes(4 * MB))[:-2])
        wait_for(lambda: any(name.endswith(".half") for name in on_disk(mill)), 10, "the first bytes on the disk")
        mill.kill("api-2")
    assert listed(mill) == before
    sweep_clean(mill)
    assert listed(mill) == before


def test_an_api_killed_again_and_again_among_uploads_leaves_whole_files_and_nothing_else(mill: Platform) -> None:
    run = os.urandom(4).hex()
    contents = {f"{run}-{number}": os.urandom(random.randrange(1, 600_000)) for number in range(60)}
    names, lock = iter(list(contents)), threading.Lock()
    answered: list[str] = []

    def client() -> None:
        while True:
            with lock:
                name = next(names, None)
            if name is None:
                return
            try:
                status, made = upload(mill, form(PURPOSE, ("file", name, contents[name])), process="api-2")
                assert status == 200, made
                answered.append(name)
            except (OSError, HTTPException):
                wait_for(lambda: mill.alive("api-2"), 60, "the next one")

    clients = [threading.Thread(target=client) for _ in range(6)]
    for each in clients:
        each.start()
    for share in (10, 25, 40):
        wait_for(lambda share=share: len(answered) >= share or not any(c.is_alive() for c in clients), 60, "uploads")
        mill.kill("api-2")
        bring_back(mill, "api-2")
    for each in clients:
        each.join()
    sweep_clean(mill)
    there = {name: id for name, id in listed(mill).items() if name.startswith(run)}
    assert len(answered) >= 40
    assert set(answered) <= set(there), "a file that was answered is not there"
    for name, id in there.items():
        status, headers, content = mill.request("GET", f"/v1/files/{id}/content")
        assert status == 200 and content == contents[name]
        assert headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
