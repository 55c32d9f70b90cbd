"""A gateway worker: one of several gateway processes beside a hub.

It does not know the other workers, nor when it is restarted.

`hubbub serve --gateways` starts it as `python -m hubbub.serving.worker NUMBER`. Its
configuration, the secret among it, comes as one line of standard input, where
other users of the machine cannot read it. The end of that input means that it is
to end, also when the hub's process is gone and can say so no more. Standard
output is a pipe to the hub's process as well, and says READY, once.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.net.tls import Certificate, context_of
from core.signals import handle_on_loop
from hubbub.serving.certificates import CertificateFollower
from hubbub.serving.order import BLOCKED_SIGNALS, READY, WorkerConfig, read_config
from hubbub.serving.runner import run_to_exit
from hubbub.standard import secure_descriptors

HUB_ENDS_S: Final = 1.0
"""When told to end, it waits so long for the hub's `bye` to its browsers. That may be
on its way yet, or begin only now: systemd tells all processes at once."""


def main() -> int:
    """Run a gateway until the end of standard input; return the exit code."""
    secure_descriptors()
    # A terminal sends Ctrl-C and its own end to everybody. The hub's process
    # acts on them, and a gateway must not be gone before it.
    for name in ("SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    number = int(sys.argv[1])
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):  # the hub's process was gone before it could say
        return 0
    config = read_config(line)
    return run_to_exit(_serve(config, number), f"gateway={number} ", config.log_level)


async def _serve(config: WorkerConfig, number: int) -> None:
    from web.app import GatewaySettings
    from web.server import GatewayServer

    told = _told_to_end()
    certificate = follower = None
    if config.certificate is not None:
        certificate = Certificate(*map(Path, config.certificate))
        follower = CertificateFollower(certificate)
        follower.start()
    settings = GatewaySettings(
        hub=config.hub, secret=config.secret.encode(), public_hosts=config.public_hosts,
        host=config.host, port=config.port, reuse_port=True, number=number,
        tls=context_of(certificate),
        metrics_token=config.metrics_token.encode("latin-1") if config.metrics_token else None,
    )  # fmt: skip
    gateway = GatewayServer(settings)
    await gateway.start()
    try:
        with suppress(BrokenPipeError):  # then standard input has ended too
            os.write(sys.stdout.fileno(), READY)
        await told.wait()
    finally:
        await gateway.stop(HUB_ENDS_S)
        if follower is not None:
            await follower.stop()


def _told_to_end() -> asyncio.Event:
    """Return what is set when this process is to end."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    standard_input = sys.stdin.fileno()

    def ended() -> None:
        # Nothing follows the first line, so this is the end.
        loop.remove_reader(standard_input)
        told.set()

    loop.add_reader(standard_input, ended)
    handle_on_loop([signal.SIGTERM], told.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, BLOCKED_SIGNALS)
    return told


if __name__ == "__main__":
    sys.exit(main())
