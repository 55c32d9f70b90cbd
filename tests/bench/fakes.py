"""Servers that do what they should not, for the load generator to find out.

Each has one thread; what they do to a publisher's lines is a function of all
lines so far, or of one.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader

Lines = list[bytes]


class Fake:
    """A server of one room for a few connections, in the send loop's protocol.

    `spoil` is given each line with its number, from 0, and returns what goes to
    every subscriber in its place; None closes all subscribers.
    """

    def __init__(self, spoil: Callable[[int, bytes], Lines | None]) -> None:
        self._spoil = spoil
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._subscribers: list[socket.socket] = []
        self._all: list[socket.socket] = []
        self._number = 0
        self._lock = threading.Lock()

    def serve(self) -> None:
        """Accept until the listener is closed."""
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._all.append(peer)
            threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._all:
            peer.close()

    def greet(self, peer: socket.socket, lines: BufferedReader) -> None:
        """Answer the first line of a connection."""
        if lines.readline() == b"S\n":
            self._subscribers.append(peer)
        peer.sendall(b"ready\n")

    def deliver(self, lines: Lines) -> None:
        for subscriber in self._subscribers:
            subscriber.sendall(b"".join(lines))

    def _talk(self, peer: socket.socket) -> None:
        try:
            with peer, peer.makefile("rb") as lines:
                self.greet(peer, lines)
                for line in lines:
                    self._take(line)
        except (OSError, ValueError):
            return

    def _take(self, line: bytes) -> None:
        with self._lock:
            spoiled = self._spoil(self._number, line)
            self._number += 1
            if spoiled is not None:
                self.deliver(spoiled)
                return
            for subscriber in self._subscribers:
                subscriber.shutdown(socket.SHUT_RDWR)
            self._subscribers.clear()


class FakeGateway(Fake):
    """The same for JSON lines to publishers and a WebSocket to subscribers.

    Frames hold two lines without the last one's LF, are cut into pieces of
    seven bytes, and have pings between them.
    """

    PING = b"\x89\x05hello"

    def __init__(self) -> None:
        super().__init__(lambda _, line: [line])
        self._held: Lines = []
        self.pongs = 0

    def greet(self, peer: socket.socket, lines: BufferedReader) -> None:
        first = lines.readline()
        if first.startswith(b"{"):
            peer.sendall(b'{"type":"welcome"}\n')
            return
        while lines.readline() != b"\r\n":
            pass
        peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        hello = lines.read1(256)
        assert hello[0] == 0x81
        assert hello[1] & 0x80, "a client's frames are masked"
        self.send(peer, _frame(b'{"type":"joined"}'))
        self._subscribers.append(peer)
        while answer := lines.read1(4096):
            self.pongs += answer.count(b"\x8a\x85")

    def deliver(self, lines: Lines) -> None:
        for line in lines:
            text = line.partition(b'"text":"')[2].partition(b'"')[0]
            self._held.append(b'{"type":"message","text":"' + text + b'"}')
        if len(self._held) == 2:
            for subscriber in self._subscribers:
                self.send(subscriber, self.PING + _frame(b"\n".join(self._held)))
            self._held.clear()

    @staticmethod
    def send(peer: socket.socket, data: bytes) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin in range(0, len(data), 7):
            peer.sendall(data[begin : begin + 7])


def _frame(data: bytes) -> bytes:
    size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + len(data).to_bytes(2, "big")
    return b"\x81" + size + data


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """Run a fake in a thread of its own."""
    thread = threading.Thread(target=fake.serve, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.close()
        thread.join(5)
