"""A server of OpenAI's API whose models answer the shipped prompts: each knows a share of them, at a pace of its own.

`python -m tests.fakes.pupil quick:0.6:20:2 slow:0.9:200:15` prints its address and serves them: name, share known,
milliseconds to the first token and between tokens.
"""

import hashlib
import re
import sys
from typing import Any

from millrace.comparisons.prompt import shipped
from tests.fakes.openai_server import OpenAIHandler, OpenAIServer
from tests.fakes.right_answers import ANSWERS

BY_PROMPT = {each.prompt: each.id for each in shipped()}


class Pupils(OpenAIServer):
    """`models`: by name, what of the switches it has, and `knows`, from 0 to 1."""

    def __init__(self, port: int = 0, **models: dict[str, Any]) -> None:
        super().__init__(port)
        self.pupils = models
        self.RequestHandlerClass = PupilHandler


class PupilHandler(OpenAIHandler):
    server: Pupils

    def answer(self, body: dict[str, Any]) -> None:
        how = dict(self.server.pupils.get(str(body.get("model")), {}))
        asked = str((body.get("messages") or [{}])[-1].get("content"))
        how["text"] = re.findall(r"\s*\S+|\s+$", self._said(asked, how.pop("knows", 1.0)))
        super().answer(body | {"fake": how})

    def _said(self, asked: str, knows: float) -> str:
        right, wrong = ANSWERS.get(BY_PROMPT.get(asked, ""), ("ok", "ok"))
        drawn = hashlib.sha256(asked.encode()).digest()[0] / 256
        return right if drawn < knows else wrong


def main(wanted: list[str]) -> None:
    pupils = {}
    for each in wanted:
        name, knows, first, interval = each.split(":")
        pupils[name] = {"knows": float(knows), "first_token_ms": float(first), "interval_ms": float(interval)}
    server = Pupils(**pupils)
    print(server.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
