"""One of several gateways beside a hub: a process of its own, told what to do.

`hubbub serve --gateways` starts it as `python -m hubbub.serving.worker NUMBER`. Its
orders, the secret among them, come as one line of standard input, where other
users of the machine cannot read them. The end of that input means that it is
to end, also when the hub's process is gone and can say so no more. Standard
output is a pipe to the hub's process as well, and says READY, once.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import Final

from hubbub.serving.order import HELD_BACK, READY, Order, read_order
from hubbub.serving.runner import run_to_exit

HUB_ENDS_S: Final = 1.0
"""Told to end, it lets its browsers hear the hub's good-bye first. That may be
on its way yet, or begin only now: systemd tells all processes at once."""


def main() -> int:
    """Run a gateway until the end of standard input; return the exit code."""
    # A terminal sends Ctrl-C and its own end to everybody. The hub's process
    # acts on them, and a gateway must not be gone before it.
    for name in ("SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    number = int(sys.argv[1])
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):  # the hub's process was gone before it could say
        return 0
    return run_to_exit(_serve(read_order(line), number), says=f"gateway={number} ")


async def _serve(order: Order, number: int) -> None:
    from web.app import GatewaySettings
    from web.server import GatewayServer

    told = _told_to_end()
    settings = GatewaySettings(
        hub=order.hub, secret=order.secret.encode(), public_hosts=order.public_hosts,
        host=order.host, port=order.port, reuse_port=True, number=number,
    )  # fmt: skip
    gateway = GatewayServer(settings)
    await gateway.start()
    try:
        with suppress(BrokenPipeError):  # then standard input has ended too
            os.write(sys.stdout.fileno(), READY)
        await told.wait()
    finally:
        await gateway.stop(HUB_ENDS_S)


def _told_to_end() -> asyncio.Event:
    """Return what is set when this process is to end."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    orders = sys.stdin.fileno()

    def ended() -> None:
        # Nothing follows the first line, so this is the end.
        loop.remove_reader(orders)
        told.set()

    loop.add_reader(orders, ended)
    loop.add_signal_handler(signal.SIGTERM, told.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)
    return told


if __name__ == "__main__":
    sys.exit(main())
