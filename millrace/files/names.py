"""Names of files, which come from anybody and go into headers, terminals and other people's disks."""

import re

#: Characters of a name: what file systems take, in bytes, of most scripts.
LONGEST = 120

#: What is called thus, after everything was taken away that cannot stay.
NAMELESS = "file"


def clean(given: str) -> str:
    """The last part of what may be a path, printable, and not too long; the ending stays."""
    last = re.split(r"[/\\]", given)[-1]
    shown = "".join(each if each.isprintable() else "_" for each in last).rstrip().lstrip(". ")
    if len(shown) > LONGEST:
        stem, dot, ending = shown.rpartition(".")
        kept = dot + ending if stem and len(ending) < 20 else ""
        shown = shown[: LONGEST - len(kept)] + kept
    return shown or NAMELESS
