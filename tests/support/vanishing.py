"""A hub and forty of its users on two machines, of which one vanishes.

Run as `vanishing.py kernel` or `vanishing.py sweep`, whoever is to notice, in a
network namespace of its own, as root of it: `unshare -n` or `-rn`.
The users are in a second one, which a cable joins to the first until it is
cut. Prints one line of JSON: in `before`, how many were there, in `left` who was
told to have left, and in `count` how many there are in the end.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

from core import limits
from core.hub import presence
from core.server import server, settings

HERE, THERE, PORT = "10.9.0.1", "10.9.0.2", 4045
ROOMS = ("idle", "busy")
EACH = 20
PATIENCE_S = 60.0

USERS = f"""
import json, socket, subprocess, sys
print("apart", flush=True)
sys.stdin.readline()
for command in ("addr add {THERE}/24 dev far", "link set far up"):
    subprocess.run(["ip", *command.split()], check=True)
there = []
for room in {ROOMS!r}:
    for number in range({EACH}):
        one = socket.create_connection(({HERE!r}, {PORT}), 20)
        hello = {{"type": "hello", "nick": room + str(number), "join": {{room: {{"last": 0}}}}}}
        one.sendall(json.dumps(hello).encode() + b"\\n")
        assert one.recv(65536)
        there.append(one)
print("there", flush=True)
sys.stdin.readline()
subprocess.run(["ip", "link", "set", "far", "down"], check=True)
print("cut", flush=True)
sys.stdin.read()
"""


def ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True)


def shorten(who: str) -> None:
    """Make seconds of the minutes after which `who` gives a peer up.

    The other of the two, the kernel or the hub's own sweep, never does.
    """
    presence.RESUME_GRACE_S = 0.2
    if who == "kernel":
        limits.PEER_SILENT_S, limits.PEER_PROBE_S, limits.PEER_PROBES = 2, 1, 2
        server.SWEEP_EVERY_S = 3600.0
    else:
        server.SWEEP_EVERY_S = 0.2
        server.peer_gone_s = lambda: 4


class Observer:
    """One in the hub's own namespace, who is told of everyone's leaving."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.left: list[str] = []

    def send(self, **request: object) -> None:
        self._writer.write(json.dumps(request).encode() + b"\n")

    async def until(self, met: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        while True:
            event: dict[str, object] = json.loads(await self._reader.readline())
            if event["type"] == "left":
                self.left.append(str(event["nick"]))
            if met(event):
                return event

    async def count(self) -> int:
        """Return how many are in the rooms, the observer apart."""
        found = 0
        for room in ROOMS:
            self.send(type="members", room=room, ref=room)
            answer = await self.until(lambda event, room=room: event.get("ref") == room)
            found += int(str(answer["count"])) - 1
        return found

    def close(self) -> None:
        self._writer.close()


async def talk(observer: Observer) -> None:
    """Have something on the way to the busy ones at any time."""
    while True:
        observer.send(type="say", room="busy", text="are you there?")
        await asyncio.sleep(0.05)


class Users:
    """The process in the second namespace; it does one thing after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["unshare", "-n", sys.executable, "-c", USERS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    async def have(self, done: str) -> None:
        assert self._process.stdout is not None
        assert await asyncio.to_thread(self._process.stdout.readline) == f"{done}\n"

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


async def watch(users: Users) -> None:
    observer = Observer(*await asyncio.open_connection(HERE, PORT, limit=1 << 20))
    observer.send(type="hello", nick="observer", join={room: {} for room in ROOMS})
    before = await observer.count()
    talking = asyncio.create_task(talk(observer))
    users.go_on()
    await users.have("cut")
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            await observer.until(lambda _: len(observer.left) >= 2 * EACH)
    talking.cancel()
    # Who is told twice to have left is told so before this is answered.
    count = await observer.count()
    told = {"before": before, "left": observer.left, "count": count}
    sys.stdout.write(json.dumps(told) + "\n")
    observer.close()


async def main() -> None:
    shorten(sys.argv[1])
    users = Users()
    try:
        await users.have("apart")
        ip("link set lo up")
        ip(f"link add near type veth peer name far netns {users.pid}")
        ip(f"addr add {HERE}/24 dev near")
        ip("link set near up")
        hub = server.HubServer(settings.HubSettings(data=":memory:", host=HERE, port=PORT))
        await hub.start()
        users.go_on()
        await users.have("there")
        await watch(users)
        await hub.stop()
    finally:
        users.kill()


if __name__ == "__main__":
    asyncio.run(main())
