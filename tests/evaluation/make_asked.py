"""Writes repetition_asked.jsonl: `python -m tests.evaluation.make_asked`."""

import json

from tests.evaluation.sets import HALVES, HERE


def main() -> None:
    text = (HERE / "sources" / "repetition_asked.txt").read_text("utf-8")
    found = [line.split(" | ") for line in text.splitlines() if line and line[0] != "#"]
    made = [
        {"half": HALVES[place % 2], **_record(row)}
        for sign in "+-"
        for place, row in enumerate(row for row in found if row[0] == sign)
    ]
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in made)
    (HERE / "repetition_asked.jsonl").write_text(lines + "\n", "utf-8")


def _record(row: list[str]) -> dict[str, object]:
    asked = row[0] == "+"
    record: dict[str, object] = {"asked": asked, "language": row[1], "prompt": row[2]}
    return record | ({"answer": row[3].replace("\\n", "\n") * int(row[4])} if asked else {})


if __name__ == "__main__":
    main()
