"""小代理：坐在客户端与服务器之间，能把答复扣下，能把连接切断。"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self

CHUNK: Final = 65_536


class Proxy:
    """转发一个 TCP 端口。``withhold`` 之后请求照送、答复扣下，直到 ``cut``。"""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._withheld = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._run(self._accept)

    @property
    def port(self) -> int:
        """代理的端口。"""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(timeout=10)

    def withhold(self) -> None:
        """从此扣下答复：服务器办了，客户端不知道。"""
        self._withheld.set()

    def cut(self) -> None:
        """切断全部连接，此后新来的照常转发。"""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for one in pair:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
        self._withheld.clear()

    def _run(self, work: Callable[..., None], *parameters: object) -> None:
        thread = threading.Thread(target=work, args=parameters, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            with self._lock:
                self._pairs.append((client, server))
            self._run(self._forward, client, server, "request")
            self._run(self._forward, server, client, "reply")

    def _forward(self, source: socket.socket, sink: socket.socket, kind: str) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if kind == "request" or not self._withheld.is_set():
                    sink.sendall(data)
