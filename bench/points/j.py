"""(j) The terminal client: computing for each line, and screens without a prompt.

`hubbub join` at its prompt, and with `--plain`, each in a terminal of 80 columns
and 24 rows, while somebody else says 50, 500 and 5,000 lines a second. A screen
is what tmux shows at one instant; 200 are looked at while 50 lines a second come.
"""

import logging
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

from bench.figures import Figure
from bench.running import running
from bench.taking_part import left_out, only
from bench.terminals import Sayer, Watched, joined

RATES: Final = (50, 500, 5_000)
KINDS: Final = {"hubbub": (), "hubbub-plain": ("--plain",)}
SCREENS: Final = 200
WARM_S: Final = 1.0
HUB: Final = ("hub", "--tcp-port", "0", "--data", ":memory:")

log = logging.getLogger("bench")


def run(rounds: int, seconds: float) -> list[Figure]:
    """Measure both kinds at each rate, and look at the screens."""
    figures = []
    for _ in range(rounds):
        for peer, flags in KINDS.items():
            if not only or peer in only:
                found = [cost(peer, flags, rate, seconds) for rate in RATES]
                log.info("j  %s: %s", peer, ", ".join(f"{one.value * 1e3:.3g} ms" for one in found))
                figures += found
        if only and "hubbub" not in only:
            continue
        if shutil.which("tmux") is None:
            left_out["j screens"] = "j screens: there is no tmux; apt-get install tmux"
        else:
            figures.append(screens(SCREENS))
    return figures


def cost(peer: str, flags: tuple[str, ...], rate: int, seconds: float) -> Figure:
    """Return what one line costs a client, in seconds of computing."""
    with running(*HUB) as hub, joined(hub.ports["tcp"], *flags) as client:
        sayer = Sayer(hub.ports["tcp"])
        try:
            sayer.say(rate, WARM_S)
            client.wait_for(sayer.last().encode())
            before_s = client.cpu_s()
            count = sayer.say(rate, seconds)
            client.wait_for(sayer.last().encode())
            used_s = client.cpu_s() - before_s
        finally:
            sayer.close()
    return Figure("j", peer, f"client_cpu_per_line_{rate}", used_s / count, "s")


def screens(count: int, rate: int = RATES[0]) -> Figure:
    """Return how many of so many screens have no prompt while lines come."""
    with tempfile.TemporaryDirectory(prefix="hubbub") as folder, running(*HUB) as hub:
        watched, sayer = Watched(hub.ports["tcp"], Path(folder)), Sayer(hub.ports["tcp"])
        ended = threading.Event()

        def say() -> None:
            while not ended.is_set():
                sayer.say(rate, WARM_S)

        saying = threading.Thread(target=say)
        saying.start()
        try:
            time.sleep(WARM_S)
            missing = sum(not watched.has_prompt() for _ in range(count))
        finally:
            ended.set()
            saying.join()
            sayer.close()
            watched.close()
    log.info("j  hubbub: %d of %d screens without a prompt", missing, count)
    return Figure("j", "hubbub", f"screens_without_prompt_{rate}", missing, "1")
