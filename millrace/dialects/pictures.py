"""Pictures and files in messages: OpenAI's `data:` URLs, and Anthropic's sources."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_to_bytes

from millrace.dialects.given import a_text, an_object, wrong

#: What some clients write, and what it is called.
SAME = {"image/jpg": "image/jpeg"}


def split_data_url(url: str) -> tuple[str, str] | None:
    """(media type, base64) of `data:image/png;base64,...`; None where it is no such URL."""
    head, comma, data = url.partition(",")
    kind, _, coding = head.removeprefix("data:").partition(";")
    if not head.startswith("data:") or not comma or not coding.endswith("base64"):
        return None
    return SAME.get(kind, kind), data


def image_block(part: dict[str, Any], where: str) -> dict[str, Any]:
    """OpenAI's `image_url` part as Anthropic's image."""
    given = part.get("image_url")
    url = a_text(given.get("url") if isinstance(given, dict) else given, f"{where}.image_url.url")
    found = split_data_url(url)
    if found:
        return {"type": "image", "source": {"type": "base64", "media_type": found[0], "data": found[1]}}
    if not url.startswith(("https://", "http://")):
        raise wrong(f"{where}.image_url.url", "must be a data:image/...;base64, URL or a web address")
    return {"type": "image", "source": {"type": "url", "url": url}}


def document_block(part: dict[str, Any], where: str) -> dict[str, Any]:
    """OpenAI's `file` part as Anthropic's document."""
    file = an_object(part.get("file"), f"{where}.file")
    title = {"title": file["filename"]} if isinstance(file.get("filename"), str) else {}
    if file.get("file_id"):
        return {"type": "document", "source": {"type": "file", "file_id": a_text(file["file_id"], where)}, **title}
    found = split_data_url(a_text(file.get("file_data"), f"{where}.file.file_data"))
    kind, data = found or ("application/pdf", file["file_data"])
    if kind.startswith("text/"):
        text = _decoded(data, f"{where}.file.file_data")
        return {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": text}, **title}
    return {"type": "document", "source": {"type": "base64", "media_type": kind, "data": data}, **title}


def image_part(block: dict[str, Any], where: str) -> dict[str, Any]:
    """Anthropic's image as OpenAI's part. One that only Anthropic holds (a file of its own) stays as it is."""
    source = an_object(block.get("source"), f"{where}.source")
    if source.get("type") == "url":
        return _image_url(a_text(source.get("url"), f"{where}.source.url"))
    if source.get("type") == "base64":
        kind = a_text(source.get("media_type"), f"{where}.source.media_type")
        return _image_url(f"data:{kind};base64,{a_text(source.get('data'), f'{where}.source.data')}")
    return block


def document_part(block: dict[str, Any], where: str) -> dict[str, Any]:
    """Anthropic's document as OpenAI's file, or as text; what OpenAI has nothing for stays as it is."""
    source = an_object(block.get("source"), f"{where}.source")
    title = block.get("title") if isinstance(block.get("title"), str) else ""
    if source.get("type") == "text":
        text = a_text(source.get("data"), f"{where}.source.data")
        return {"type": "text", "text": f"{title}\n{text}" if title else text}
    if source.get("type") == "base64":
        kind = a_text(source.get("media_type"), f"{where}.source.media_type")
        data = f"data:{kind};base64,{a_text(source.get('data'), f'{where}.source.data')}"
        return {"type": "file", "file": {"filename": title or "document.pdf", "file_data": data}}
    return block


def _image_url(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def _decoded(data: str, where: str) -> str:
    try:
        return base64.b64decode(unquote_to_bytes(data), validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as cause:
        raise wrong(where, f"is no text in base64: {cause}") from cause
