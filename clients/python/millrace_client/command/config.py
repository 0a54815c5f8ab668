"""Where the address and the key are kept: `~/.config/millrace/config.toml`, for its owner alone."""

import json
import os
import tomllib
from pathlib import Path

NAMES = ("url", "api_key", "key_id", "model")


def path() -> Path:
    """As XDG has it."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "millrace" / "config.toml"


def read() -> dict[str, str]:
    """What is kept; nothing where there is no file."""
    try:
        found = tomllib.loads(path().read_text())
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise SystemExit(
            f"{path()} cannot be read: {wrong}. Mend it, or remove it and `millrace login` again."
        ) from None
    return {name: str(found[name]) for name in NAMES if name in found}


def write(settings: dict[str, str]) -> None:
    """Keep these instead. Nobody else can read it at any moment, and it is whole or the old one."""
    path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A JSON string is a TOML string too.
    text = "".join(f"{name} = {json.dumps(settings[name])}\n" for name in NAMES if name in settings)
    part = path().with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    part.replace(path())


def remove() -> None:
    """Forget everything."""
    path().unlink(missing_ok=True)
