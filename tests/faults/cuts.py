"""Faults of the network: F8 and F10 in namespaces, F9 through proxies."""

import asyncio
from collections import Counter
from dataclasses import replace

from clients import Manner, encode, now_s
from hubs import Hubs
from network import Namespace, Proxy, Weather
from plants import Plant
from trial import Crowd, Trial

WEATHERS = (
    Weather(piece_bytes=1),
    Weather(piece_bytes=40),
    Weather(gather_s=0.03),
    Weather(delay_s=0.08),
    Weather(cut_bytes=3_000),
    Weather(cut_bytes=20_000, piece_bytes=100),
    Weather(bytes_a_second=40_000.0, piece_bytes=2_000),
)


async def bad_network(trial: Trial) -> None:
    """F9: delayed, cut into bytes, merged, throttled, reset, frozen; each client its own."""
    proxies: list[Proxy] = []

    def through(port: int) -> int:
        proxy = Proxy(port, WEATHERS[len(proxies) % len(WEATHERS)], trial.rng)
        trial.at_end(proxy.close)
        proxies.append(proxy)
        return proxy.port

    trial.port_for = through
    await trial.serve(Hubs(trial.folder))
    # Byte by byte is dear: fewer lines, and a short patience with the frozen.
    await trial.gather(Crowd(sayers=7, readers=7, rate=50.0, manner=Manner(patience_s=2.0)))
    freezes = 0
    while trial.more() or freezes < 1:
        frozen = trial.rng.sample(proxies, 4)
        for proxy in frozen:
            proxy.freeze()
        await trial.pause(0.5, 3.0)
        for proxy in frozen:
            proxy.thaw()
        freezes += 1
    for proxy in proxies:
        proxy.weather = Weather()
        # Whoever is in has its budget still; a last cut ends that.
    for client in trial.clients:
        client.cut()
    await trial.back(now_s())
    broken = sum(proxy.broken for proxy in proxies)
    trial.check(broken > 0, "no connection was broken")
    trial.facts |= {"freezes": freezes, "broken": broken}


QUICK = {
    "bridge.limits.HUB_SILENT_S": 1,
    "bridge.limits.HUB_PROBE_S": 1,
    "bridge.limits.HUB_PROBES": 2,
    "bridge.limits.HUB_UNANSWERED_MS": 2500,
    "bridge.limits.DIAL_WAIT_S": 1.0,
}
"""A gateway that notices in about 3 s what otherwise takes it up to 20."""

CAUGHT_UP_LIMIT_S = 6.0
"""Promised are 3 s after the link is there again."""


async def silent_link(trial: Trial) -> None:
    """F8: gateway and hub are cut off from one another, and neither is told."""
    limits, notice_s = ({}, 20.0) if trial.large else (QUICK, 5.0)
    space = Namespace(links=2)
    plant = Plant(trial.folder, limits=limits)
    hubs = Hubs(trial.folder, gateways=1, control=plant.file, host=space.near(0),
                gateway_prefix=space.prefix, web_host=space.far(1))  # fmt: skip
    trial.host = space.near(0)

    async def remove() -> None:
        space.remove()

    trial.at_end(remove)
    await trial.serve(hubs)
    await trial.gather(replace(trial.crowd, manner=Manner(patience_s=120.0)))
    by_web = [one for one in trial.clients if one.name in trial.web_names]
    rounds = 0
    slowest_s = 0.0
    while trial.more() or rounds < 1:
        cut_s = now_s()
        space.down(0)
        took_s = await trial.until(
            lambda: all(one.life.gone_s > cut_s for one in by_web),  # noqa: B023
            notice_s + 3.0, "the gateway did not notice that the hub was cut off",
        )  # fmt: skip
        slowest_s = max(slowest_s, took_s)
        space.up(0)
        await trial.back(now_s(), limit_s=CAUGHT_UP_LIMIT_S)
        rounds += 1
    dropped = [one.name for one in trial.clients
               if one.name not in trial.web_names and one.life.connections != 1]  # fmt: skip
    trial.check(not dropped, f"came by TCP and were dropped all the same: {dropped}")
    trial.facts |= {"rounds": rounds, "noticed_s": slowest_s}


PEERS_IN_A_ROOM = 50
"""In rooms of more than 200 nobody is told who leaves."""

HURRY = 15
"""The small run: the kernel's probes are so many times sooner than the hub asks."""

GONE_S = 90.0


async def half_open(trial: Trial) -> None:
    """F10: peers whose link goes down, in a quiet room and in a busy one."""
    count, hurry = (500, 1) if trial.large else (50, HURRY)
    space = Namespace()
    limits = {} if trial.large else {"core.limits.RESUME_GRACE_S": 15.0 / HURRY}
    plant = Plant(trial.folder, limits=limits, **({} if trial.large else {"hurry": hurry}))

    async def remove() -> None:
        space.remove()

    trial.at_end(remove)
    trial.host = space.near()
    await trial.serve(Hubs(trial.folder, web=False, host=space.near(), control=plant.file))
    # Every second room is one where all the time something is said.
    rooms = [f"peers-{number}" for number in range(count * 2 // PEERS_IN_A_ROOM)]
    rooms = rooms[: max(count // PEERS_IN_A_ROOM, 2)]
    await trial.gather(Crowd(sayers=4, readers=4, rate=60.0))
    watcher = trial.add("watcher", trial.dial("watcher", 7), Manner(reads=tuple(rooms)))
    for number, room in enumerate(rooms):
        if number % 2:
            trial.add(f"busy{number}", trial.dial("busy", 7), Manner(says=room, rate=20.0))
    await trial.until(lambda: watcher.welcomed, 5.0, "the watcher was not let in")
    peers = await _come_in(trial, space, count, rooms)
    await trial.until(lambda: len(watcher.joined) >= count, 10.0, "not every peer was seen to come")
    before = [name for name in watcher.joined if name != watcher.name]
    watcher.left.clear()
    space.down()
    took_s = await trial.until(
        lambda: len(watcher.left) >= count, GONE_S / hurry + 8.0,
        f"{count} half-open peers were not all gone",
    )  # fmt: skip
    lingering = Counter(name.split("-")[0] for name in before if name not in watcher.left)
    trial.check(not lingering, f"still there, by room: {dict(lingering)}")
    twice = [name for name, times in watcher.left.items() if times > 1]
    trial.check(not twice, f"left twice: {twice[:5]}")
    for peer in peers:
        peer.close()
    await trial.back(now_s())
    trial.facts |= {"peers": count, "gone_s": took_s}


async def _come_in(trial: Trial, space: Namespace, count: int, rooms: list[str]) -> list:  # type: ignore[type-arg]
    """Have silent peers join the rooms from within the namespace."""
    loop = asyncio.get_running_loop()
    peers = space.sockets(count)
    for number, peer in enumerate(peers):
        room = number % len(rooms)
        peer.setblocking(False)
        await loop.sock_connect(peer, (trial.host, trial.hubs.tcp_port))
        kind = "busy" if room % 2 else "quiet"
        hello = {"type": "hello", "nick": f"{kind}-{number}", "join": {rooms[room]: {"last": 0}}}
        await loop.sock_sendall(peer, encode(hello) + b"\n")
    return peers
