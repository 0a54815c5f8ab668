"""A TCP proxy that cuts connections in the middle, as a network does."""

import socket
import threading
from contextlib import suppress
from types import TracebackType


class Cutter:
    """`with Cutter(port) as proxy`: each of the first `cuts` connections that brought `after` bytes back is reset."""

    def __init__(self, port: int, after: int, cuts: int) -> None:
        self._target = ("127.0.0.1", port)
        self._after, self._left = after, cuts
        #: How many connections were cut.
        self.cut = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "Cutter":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # Closing alone does not wake accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(self._target)
                threading.Thread(target=self._carry, args=(client, server), daemon=True).start()
                threading.Thread(target=self._bring, args=(server, client), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(65536):
                server.sendall(piece)

    def _bring(self, server: socket.socket, client: socket.socket) -> None:
        brought = 0
        with suppress(OSError), client, server:
            while piece := server.recv(65536):
                brought += len(piece)
                if brought > self._after and self._left > 0:
                    self._left -= 1
                    self.cut += 1
                    # Half of it arrives, and then the connection is dead.
                    client.sendall(piece[: len(piece) // 2])
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(piece)
