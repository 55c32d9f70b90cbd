"""Run a command and tell a room how it went: python ci_notifier.py HOST ROOM COMMAND…."""

import asyncio
import sys
from collections import deque

from hubbub.client import BadAddress, HelloRefused, Refused, TransportError, connect

SHOWN_LINES = 20


async def main(target: str, room: str, *command: str) -> int:
    """Return the command's own exit code, whatever becomes of the message."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    last: deque[str] = deque(maxlen=SHOWN_LINES)
    while process.stdout and (line := await process.stdout.readline()):
        sys.stdout.buffer.write(line)
        last.append(line.decode(errors="replace").rstrip("\r\n"))
    code = await process.wait()
    how = "passed" if code == 0 else f"failed with {code}"
    text = "\n".join([f"{' '.join(command)}: {how}", "```", *last, "```"])
    try:
        async with connect(target, nick="ci", room=room, give_up_after_s=60) as here:
            await here.say(text)
    except (BadAddress, HelloRefused, TransportError, Refused) as problem:
        sys.stderr.write(f"nobody was told: {problem}\n")
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
