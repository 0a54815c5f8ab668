"""Writes redaction_hard.jsonl: `python -m tests.evaluation.make_redaction_hard`."""

from random import Random

from tests.evaluation.make_redaction import HERE, filled, hidden, lines


def main() -> None:
    made = []
    for number, (language, template) in enumerate(lines(HERE / "sources" / "redaction_hard.txt")):
        where = {"half": "hard", "origin": "hard", "template": number, "language": language}
        made.append(hidden(where | filled(template, language, Random(number))))
    (HERE / "redaction_hard.jsonl").write_text("\n".join(made) + "\n", "utf-8")


if __name__ == "__main__":
    main()
