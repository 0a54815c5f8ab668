"""A server that speaks Ollama's API. Its switches are given at the start, or stand in `options.fake` of a request:
`tokens`, `first_token_ms`, `interval_ms`, `usage`, and `mode`: ok, status, hang, hang_mid, torn, quiet_end,
error_event, garbage, tools."""

import argparse
import json
from typing import Any

from tests.fakes.server import Fake, Handler


class OllamaServer(Fake):
    """`with OllamaServer(tokens=3) as server: ... server.url`."""

    def __init__(self, port: int = 0, **defaults: Any) -> None:
        super().__init__(OllamaHandler, port, **defaults)
        #: What it has pulled, with the bytes of each.
        self.tags: dict[str, int] = {"tiny:latest": 1}


class OllamaHandler(Handler):
    server: OllamaServer

    def do_DELETE(self) -> None:
        self.do_POST()

    def answer(self, body: dict[str, Any]) -> None:
        if self.path == "/fake":
            return self.stats()
        if self.path == "/api/tags":
            tags = self.server.tags.items()
            return self.send(
                200, {"models": [{"name": name, "model": name, "size": size, "details": {}} for name, size in tags]}
            )
        self.asked = body
        self.how: dict[str, Any] = {**self.server.defaults, **((body.get("options") or {}).get("fake") or {})}
        mode = self.how.get("mode", "ok")
        if body.get("model") == "missing":
            return self.send(404, {"error": "model 'missing' not found"})
        if not isinstance((body.get("options") or {}).get("temperature", 0), int | float):
            return self.send(400, {"error": 'option "temperature" must be of type float32'})
        early = {"status": self._status, "hang": self._hang, "garbage": self._garbage}
        if mode in early:
            return early[mode]()
        special = {"/api/embed": self._embed, "/api/pull": self._pull, "/api/delete": self._delete}
        if self.path in special:
            return special[self.path]()
        return self._stream(mode) if body.get("stream", True) else self._whole(mode)

    def _status(self) -> None:
        self.send(self.how["status"], {"error": self.how.get("message", "as requested")}, self.how.get("headers"))

    def _hang(self) -> None:
        self.pause(None)

    def _garbage(self) -> None:
        self.send(200, b"<html>not what you asked for</html>\n")

    def _embed(self) -> None:
        vectors = [[0.6, 0.8, 0.0] for _ in self.asked["input"]]
        self.send(200, {"model": self.asked["model"], "embeddings": vectors, "prompt_eval_count": 3})

    def _pull(self) -> None:
        """A manifest, then a layer in `tokens` steps of 10 bytes; what it does not know is an error in the stream."""
        name, steps = self.asked["model"], self.how.get("tokens", 5)
        self.begin_stream("application/x-ndjson")
        self._write({"status": "pulling manifest"})
        if name.startswith("unknown"):
            self._write({"error": "pull model manifest: file does not exist"})
            return self.end_stream()
        for at in range(steps):
            if at == steps // 2 and self.how.get("mode") == "torn":
                return self.tear()
            self._write({"status": "pulling 0a1b", "digest": "sha256:0a1b", "total": 10 * steps, "completed": 10 * at})
        self.server.tags[name if ":" in name else f"{name}:latest"] = 10 * steps
        self._write({"status": "success"})
        return self.end_stream()

    def _delete(self) -> None:
        found = self.server.tags.pop(self.asked["model"], None)
        if found is None:
            return self.send(404, {"error": f"model '{self.asked['model']}' not found"})
        return self.send(200, b"")

    def _pieces(self) -> list[str]:
        tokens = self.how.get("tokens", 5)
        return [f"w{at} " for at in range(min(tokens, (self.asked.get("options") or {}).get("num_predict") or tokens))]

    def _line(self, text: str, **more: Any) -> dict[str, Any]:
        said = {"message": {"role": "assistant", "content": text}} if self.path == "/api/chat" else {"response": text}
        return {"model": self.asked["model"], "created_at": "2026-11-20T00:00:00Z", **said, "done": False, **more}

    def _last(self, text: str = "") -> dict[str, Any]:
        counts = {"prompt_eval_count": 7, "eval_count": len(self._pieces())} if self.how.get("usage", True) else {}
        return self._line(text, **counts) | {"done": True, "done_reason": self.how.get("reason", "stop")}

    def _tool_line(self) -> dict[str, Any]:
        call = {"function": {"name": "weather", "arguments": {"city": "Ulm"}}}
        return self._line("") | {"message": {"role": "assistant", "content": "", "tool_calls": [call]}}

    def _whole(self, mode: str) -> None:
        self.pause((self.how.get("first_token_ms", 0) + self.how.get("interval_ms", 0) * len(self._pieces())) / 1000)
        if mode in ("torn", "quiet_end"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"model": ')
            self.tear()
            return
        if mode == "hang_mid":
            self.begin_stream("application/json")
            self.chunk(b"{")
            self.pause(None)
            return
        if mode == "error_event":
            self.send(200, {"error": "as requested"})
            return
        said = self._tool_line() if mode == "tools" else {}
        self.send(200, self._last("".join(self._pieces())) | ({"message": said["message"]} if said else {}))

    def _stream(self, mode: str) -> None:
        self.begin_stream("application/x-ndjson")
        self.pause(self.how.get("first_token_ms", 0) / 1000)
        pieces = self._pieces()
        if mode == "tools":
            self._write(self._tool_line())
            pieces = []
        for at, piece in enumerate(pieces):
            if at == len(pieces) // 2 and mode != "ok":
                self._half(mode)
                return
            self._write(self._line(piece))
            self.pause(self.how.get("interval_ms", 0) / 1000)
        self._write(self._last())
        self.end_stream()

    def _half(self, mode: str) -> None:
        if mode == "torn":
            self.tear()
        elif mode == "hang_mid":
            self.pause(None)
        elif mode == "error_event":
            self._write({"error": "as requested"})
            self.end_stream()
        else:
            self.end_stream()

    def _write(self, line: dict[str, Any]) -> None:
        self.chunk(json.dumps(line).encode() + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake Ollama.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=20)
    parser.add_argument("--first-token-ms", type=float, default=0.0)
    parser.add_argument("--interval-ms", type=float, default=0.0)
    given = vars(parser.parse_args())
    server = OllamaServer(given.pop("port"), **given)
    print(server.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
