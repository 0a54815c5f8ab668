"""Multipart forms, byte for byte, well made and ill."""

from typing import Any

from tests.platform import Platform

BOUNDARY = "b0undary"

FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

PURPOSE = ("purpose", None, b"user_data")


def part(name: str, filename: str | None, value: bytes) -> bytes:
    said = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return f"--{BOUNDARY}\r\nContent-Disposition: {said}\r\n\r\n".encode() + value + b"\r\n"


def form(*parts: tuple[str, str | None, bytes]) -> bytes:
    return b"".join(part(*each) for each in parts) + f"--{BOUNDARY}--\r\n".encode()


def upload(
    platform: Platform, body: bytes, headers: dict[str, str] | None = None, process: str = "api"
) -> tuple[int, Any]:
    status, _, answer = platform.request("POST", "/v1/files", body, FORM | (headers or {}), process)
    return status, answer


def uploaded(
    platform: Platform, content: bytes, filename: str = "x", headers: dict[str, str] | None = None, process: str = "api"
) -> dict[str, Any]:
    """A file that is there."""
    status, made = upload(platform, form(PURPOSE, ("file", filename, content)), headers, process)
    assert status == 200, made
    return made  # type: ignore[no-any-return]
