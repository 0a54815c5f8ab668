"""`python -m millrace.audit verify [--head SEQ:HASH]`: walks the chain; exit status 1 when it is broken."""

import argparse
import sys

from millrace.audit.chain import verify


def main(arguments: list[str]) -> int:
    """Run one command, as the database's owner."""
    parser = argparse.ArgumentParser(prog="python -m millrace.audit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", help="walk the audit log's chain of hashes")
    check.add_argument("--head", type=_head, help="a head that was printed before: it must be in the chain still")
    verdict = verify(parser.parse_args(arguments).head)
    if verdict.broken is not None:
        print(f"Broken at {verdict.broken}: {verdict.reason}")
        return 1
    print(f"The chain is whole. Its head, to write down elsewhere: {verdict.seq}:{verdict.hash.hex()}")
    return 0


def _head(given: str) -> tuple[int, bytes]:
    seq, _, hash = given.partition(":")
    return int(seq), bytes.fromhex(hash)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
