"""Where each engine's calls go: to the address of a model's entry, else of the settings, else of the vendor."""

from urllib.parse import urlsplit

from millrace.settings import settings

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com"
OLLAMA = "http://127.0.0.1:11434"


def url_of(engine: str, url: str = "") -> str:
    """The URL for a model whose entry says `url`; '' where an engine has no address but its models'."""
    known = settings()
    own = {
        "openai": known.openai_base_url.strip() or OPENAI,
        "anthropic": known.anthropic_base_url.strip() or ANTHROPIC,
        "ollama": known.ollama_url.strip() or OLLAMA,
    }
    return url or own.get(engine, "")


def server_of(url: str) -> str:
    """Scheme, host and port of a URL, written in one way; '' where it names no server."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme == "http+unix":
        return f"{parts.scheme}://{parts.netloc}"
    if not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")
