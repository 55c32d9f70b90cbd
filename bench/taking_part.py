"""Who takes part in a run, who was left out and why, and what is said meanwhile."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from bench.figures import Figure
from bench.loading import Load, LoadFailed, figures, press
from bench.peers import Peer, Running
from bench.processes import NotReady

log = logging.getLogger("bench")

only: set[str] = set()
"""The peers that were asked for by name; empty for all."""

left_out: dict[str, str] = {}
"""Peer, or point and peer: why there is no figure of it."""


def chosen(peers: Iterable[Peer]) -> list[Peer]:
    """Return those of the peers that are asked for and installed."""
    present = []
    for peer in peers:
        if only and peer.name not in only:
            continue
        if missing := peer.missing():
            left_out[peer.name] = missing
        else:
            present.append(peer)
    return present


def loaded(point: str, peer: Peer, load: Load, mark: str = "") -> list[Figure]:
    """Start a peer, put a load on it, and return the figures; none if it failed.

    Each measurement has a server of its own: none inherits another's log,
    memory or connections that it is still taking leave of.
    """
    load = replace(load, window=min(load.window, peer.window), joining=peer.joining)

    def measure(running: Running) -> list[Figure]:
        return figures(point, peer.name, load, press(running.door, load, running.sessions), mark)

    return started(point, peer, measure)


def started(point: str, peer: Peer, measure: Callable[[Running], list[Figure]]) -> list[Figure]:
    """Start a peer, and return what `measure` gives; no figures if something failed."""
    try:
        with peer.running() as running:
            found = measure(running)
    except (NotReady, LoadFailed) as problem:
        left_out[f"{point} {peer.name}"] = f"{point} {peer.name}: {problem}"
        log.warning("%s  %s: %s", point, peer.name, problem)
        return []
    log.info("%s  %s", point, _line(peer.name, found))
    return found


def _line(peer: str, found: Iterable[Figure]) -> str:
    from bench.show import value

    return f"{peer:15}" + "  ".join(
        f"{figure.name} {value(figure.value, figure.unit)}"
        for figure in found
        if figure.value and figure.peer == peer
    )
