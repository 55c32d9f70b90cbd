"""A proxy that passes everything on as it is, but for what a test has it change."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

Change = Callable[["Call", bytes], bytes]


class Call:
    """One connection through the proxy. `first` is what its client began with."""

    def __init__(self, back: asyncio.StreamWriter) -> None:
        self.first = b""
        self._back = back

    def answer(self, data: bytes) -> None:
        """Say something to the client in place of the server."""
        self._back.write(data)

    def hang_up(self) -> None:
        self._back.close()


def unchanged(call: Call, data: bytes) -> bytes:
    return data


class Proxy:
    """Listens on a free port, for a server at `target`.

    `asked` and `answered` see each piece as it comes, and return what goes on.
    """

    def __init__(
        self, target: tuple[str, int], asked: Change = unchanged, answered: Change = unchanged
    ) -> None:
        self._target = target
        self._asked = asked
        self._answered = answered
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        call = Call(writer)

        def asked(call: Call, data: bytes) -> bytes:
            call.first = call.first or data
            return self._asked(call, data)

        try:
            await asyncio.gather(
                _pass_on(call, reader, far_writer, asked),
                _pass_on(call, far_reader, writer, self._answered),
            )
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            far_writer.close()


async def _pass_on(
    call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, change: Change
) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            if changed := change(call, data):
                writer.write(changed)
                await writer.drain()
    writer.close()
