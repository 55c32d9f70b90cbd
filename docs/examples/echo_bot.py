"""A bot that answers whoever calls it: python echo_bot.py HOST[:PORT] [ROOM]."""

import asyncio
import sys

from hubbub.client import connect


async def main(target: str, room: str = "lobby") -> None:
    """Answer each line that begins with the bot's name."""
    async with connect(target, nick="echo", room=room) as here:
        async for message in here:
            called, _, words = message.text.partition(" ")
            if called.strip("@:,").casefold() == here.nick.casefold() and words:
                await here.say(f"{message.nick}: {words}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
