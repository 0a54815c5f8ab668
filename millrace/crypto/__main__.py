"""`python -m millrace.crypto rotate [--master [--finish]]`, `python -m millrace.crypto reseal` (docs/security.md)."""

import argparse
import sys

from millrace.crypto import resealing, rotation

_SET = """\
MASTER_KEY is set from outside, so only you can change it. Set it to this, restart every process, {then}:

{value}
"""


def main(arguments: list[str]) -> None:
    """Run one command, as the database's owner."""
    parser = argparse.ArgumentParser(prog="python -m millrace.crypto", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("reseal", help="encrypt every row again that is under an older data key, or in clear")
    rotate = commands.add_parser("rotate", help="a new data key, for what is written from now on")
    rotate.add_argument("--master", action="store_true", help="a new master key instead; keeps the old one beside it")
    rotate.add_argument("--finish", action="store_true", help="with --master: drop the old one")
    given = parser.parse_args(arguments)
    if given.command == "reseal":
        _reseal()
    elif given.finish:
        _finish()
    elif given.master:
        _rotate_master()
    else:
        print(f"Data key {rotation.rotate_data_key()} seals from now on. `reseal` brings older rows under it.")


def _rotate_master() -> None:
    value = rotation.rotate_master_key()
    if value:
        print(_SET.format(value=value, then="and run this again"))
    else:
        print("The new master key wraps every data key. Back it up; then drop the old one with --finish.")


def _finish() -> None:
    value = rotation.finish()
    if value:
        print(_SET.format(value=value, then="and forget the old one"))
    else:
        print("The old master key is gone from here. Backups of the database from before still need it.")


def _reseal() -> None:
    """One line a column, rewritten as it goes on."""
    shown = None
    for done in resealing.reseal():
        name = f"{done.field.table}.{done.field.column}"
        sys.stdout.write("\r" if name == shown else "\n" if shown else "")
        shown = name
        sys.stdout.write(f"{name}: {done.sealed} rows" + (f", {done.unreadable} unreadable" if done.unreadable else ""))
        sys.stdout.flush()
    print("\nDone." if shown else "Everything is under the newest data key.")


if __name__ == "__main__":
    main(sys.argv[1:])
