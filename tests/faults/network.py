"""A bad network on one machine: a TCP proxy with faults, and namespaces.

The proxy sends with plain sockets, since an event loop may join writes that
are meant to arrive apart.
"""

import asyncio
import ctypes
import os
import random
import socket
import struct
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

READ_BYTES = 64 * 1024

BY_BYTES_LIMIT = 2048
"""Of one read so much is sent byte by byte, the rest in larger pieces."""

CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Weather:
    """What a proxy does to what it carries; nothing, without arguments.

    Data is sent in pieces of up to `piece_bytes` (0: as it came), after up to
    `delay_s`, at `bytes_a_second`. `gather_s` waits for more to merge with it.
    A connection breaks after up to `cut_bytes`, by a reset half the time.
    """

    delay_s: float = 0.0
    bytes_a_second: float = 0.0
    piece_bytes: int = 0
    gather_s: float = 0.0
    cut_bytes: int = 0


class Proxy:
    """Carries connections to a port, through whatever weather there is."""

    def __init__(self, target: int, weather: Weather, rng: random.Random) -> None:
        """Listen on a port of its own; the loop must be running."""
        self.weather = weather
        self.broken = 0
        """Connections that it has cut."""
        self._target = target
        self._rng = rng
        self._loop = asyncio.get_running_loop()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._server.setblocking(False)
        self.port = int(self._server.getsockname()[1])
        self._tasks = {asyncio.create_task(self._accept())}

    def freeze(self) -> None:
        """Keep every connection and carry nothing."""
        self._thawed.clear()

    def thaw(self) -> None:
        self._thawed.set()

    async def close(self) -> None:
        self._thawed.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server.close()

    async def _accept(self) -> None:
        while True:
            near, _ = await self._loop.sock_accept(self._server)
            task = asyncio.create_task(self._carry(near))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, near: socket.socket) -> None:
        far = socket.socket()
        for one in (near, far):
            one.setblocking(False)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        limit = self.weather.cut_bytes
        budget = [self._rng.randint(1, limit) if limit else -1]
        pumps: list[asyncio.Task[None]] = []
        try:
            await self._loop.sock_connect(far, ("127.0.0.1", self._target))
            pumps = [
                asyncio.create_task(self._pump(near, far, budget)),
                asyncio.create_task(self._pump(far, near, budget)),
            ]
            # An end of input is passed on; both ends of a broken one are closed.
            await asyncio.gather(*pumps)
        except OSError:
            pass
        finally:
            for pump in pumps:
                pump.cancel()
            if budget[0] == 0:
                self.broken += 1
                if self._rng.random() < 0.5:
                    _reset(near)
                    _reset(far)
            near.close()
            far.close()

    async def _pump(self, near: socket.socket, far: socket.socket, budget: list[int]) -> None:
        while data := await self._loop.sock_recv(near, READ_BYTES):
            weather = self.weather
            if weather.gather_s:
                await asyncio.sleep(weather.gather_s)
                with suppress(BlockingIOError):
                    data += near.recv(READ_BYTES)
            await self._thawed.wait()
            if weather.delay_s:
                await asyncio.sleep(self._rng.uniform(0, weather.delay_s))
            for piece in self._pieces(data, weather.piece_bytes):
                if budget[0] >= 0:
                    piece = piece[: budget[0]]
                    budget[0] -= len(piece)
                await self._loop.sock_sendall(far, piece)
                if budget[0] == 0:
                    raise ConnectionAbortedError
                if weather.bytes_a_second:
                    await asyncio.sleep(len(piece) / weather.bytes_a_second)
        await self._thawed.wait()
        far.shutdown(socket.SHUT_WR)

    def _pieces(self, data: bytes, piece_bytes: int) -> list[bytes]:
        if not piece_bytes:
            return [data]
        pieces = []
        begin = 0
        while begin < len(data):
            most = piece_bytes if begin < BY_BYTES_LIMIT else READ_BYTES
            end = begin + self._rng.randint(1, most)
            pieces.append(data[begin:end])
            begin = end
        return pieces


def _reset(sock: socket.socket) -> None:
    """Have `close` send a reset instead of an end."""
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Namespace:
    """A network of its own, tied to ours by links that can go down without a word.

    Link n joins 10.y.x.(4n + 1), which is ours, to 10.y.x.(4n + 2); x and y are
    others for every process.
    """

    def __init__(self, links: int = 1) -> None:
        """Make it; raise OSError with a reason where that is not allowed."""
        self.name = f"hubbub{os.getpid()}"
        self._net = f"10.{200 + os.getpid() // 250 % 50}.{os.getpid() % 250}"
        _ip("netns", "add", self.name)
        try:
            for number in range(links):
                near, far = self._link(number)
                _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", self.name)
                _ip("addr", "add", f"{self.near(number)}/30", "dev", near)
                _ip("-n", self.name, "addr", "add", f"{self.far(number)}/30", "dev", far)
                _ip("link", "set", near, "up")
                self.up(number)
            _ip("-n", self.name, "link", "set", "lo", "up")
        except OSError:
            self.remove()
            raise

    @property
    def prefix(self) -> list[str]:
        """What goes before a command that is to run in it."""
        return ["ip", "netns", "exec", self.name]

    def _link(self, number: int) -> tuple[str, str]:
        return f"hn{os.getpid()}.{number}", f"hf{os.getpid()}.{number}"

    def near(self, number: int = 0) -> str:
        return f"{self._net}.{4 * number + 1}"

    def far(self, number: int = 0) -> str:
        return f"{self._net}.{4 * number + 2}"

    def down(self, number: int = 0) -> None:
        """Carry nothing any more; neither end is told."""
        _ip("-n", self.name, "link", "set", self._link(number)[1], "down")

    def up(self, number: int = 0) -> None:
        _ip("-n", self.name, "link", "set", self._link(number)[1], "up")

    def sockets(self, count: int) -> list[socket.socket]:
        """Return sockets that are in it; the threads of this process are not."""
        made: list[socket.socket] = []
        problems: list[int] = []

        def make() -> None:
            # setns moves the thread that calls it, so this thread ends here.
            libc = ctypes.CDLL(None, use_errno=True)
            with Path(f"/run/netns/{self.name}").open("rb") as place:
                if libc.setns(place.fileno(), CLONE_NEWNET):
                    problems.append(ctypes.get_errno())
                    return
            made.extend(socket.socket() for _ in range(count))

        thread = Thread(target=make)
        thread.start()
        thread.join()
        if problems:
            raise OSError(problems[0], "setns: " + os.strerror(problems[0]))
        return made

    def remove(self) -> None:
        with suppress(OSError):
            _ip("netns", "del", self.name)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}; network namespaces need root")
