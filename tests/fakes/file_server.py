"""A server of one file that knows ranges, and how to break off.

/whole.gguf serves ranges; /rangeless does not; /broken ends in the middle, once; /stuck too, but stays connected; /gone
is not there.
"""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTENT = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class FileServer(ThreadingHTTPServer):
    """`with FileServer() as server: ... server.url`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Files)
        #: The first byte of each request that was served.
        self.asked: list[int] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "FileServer":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Files(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        start = self._start()
        if self.path == "/gone" or start >= len(CONTENT):
            self.send_error(404 if self.path == "/gone" else 416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        half = self.path in ("/broken", "/stuck") and not start
        # Before it is answered: the client may look as soon as it has read the last byte.
        self.server.asked.append(start)
        self.wfile.write(CONTENT[start : len(CONTENT) // 2 if half else None])
        if half and self.path == "/stuck":
            self.server.over.wait()

    def _start(self) -> int:
        if self.path == "/rangeless":
            return 0
        return int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))

    def log_message(self, *arguments: object) -> None:
        """Quiet."""
