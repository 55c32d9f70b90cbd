"""The gateway's counts in Prometheus' text format, version 0.0.4. Pure."""

from collections.abc import Iterable
from typing import Final

from bridge.counts import Counts
from bridge.door import CloseReason

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text(
    counts: Counts, number: int | None = None, ready: bool | None = None,
    not_stored: int | None = None,
) -> str:  # fmt: skip
    """Return all counts; every reason is there from the start, with 0.

    `number` becomes a label of each: gateways that share an address answer in
    turns, and the counts of one must not be taken for another's. `ready` and
    `not_stored` are what the hub said last, None what it did not say.
    """
    same = {} if number is None else {"gateway": str(number)}
    lines: list[str] = []
    for kind, name, help_text, value in (
        ("gauge", "sockets_open", "WebSockets open now.", counts.sockets_open),
        ("counter", "sockets_total", "WebSockets opened.", counts.sockets_opened),
    ):
        lines += _family(kind, name, help_text, [(same, value)])
    for name, help_text, inward, outward in (
        ("frames_total", "Frames from browsers and to them.", counts.frames_in, counts.frames_out),
        ("bytes_total", "Bytes in those frames.", counts.bytes_in, counts.bytes_out),
    ):
        values = [(same | {"direction": "in"}, inward), (same | {"direction": "out"}, outward)]
        lines += _family("counter", name, help_text, values)
    refused = [(same | {"reason": kind}, counts.refused[kind]) for kind in REFUSALS]
    lines += _family("counter", "refused_total", "Requests refused.", refused)
    ended = [
        (same | {"reason": end.name.lower()}, counts.close_reasons[end]) for end in CloseReason
    ]
    lines += _family("counter", "sockets_ended_total", "WebSockets ended.", ended)
    if ready is not None:
        lines += _family("gauge", "ready", "Whether something can be said.", [(same, int(ready))])
    if not_stored is not None:
        help_text = "Messages that the hub failed to keep since its start."
        lines += _family("counter", "hub_not_stored_total", help_text, [(same, not_stored)])
    return "\n".join(lines) + "\n"


REFUSALS: Final = ("host", "origin", "method", "path", "handshake", "malformed", "full")


def _family(
    kind: str, name: str, help_text: str, values: Iterable[tuple[dict[str, str], int]]
) -> Iterable[str]:
    yield f"# HELP hubbub_gateway_{name} {help_text}"
    yield f"# TYPE hubbub_gateway_{name} {kind}"
    for labels, value in values:
        inside = ",".join(f'{label}="{text}"' for label, text in labels.items())
        yield f"hubbub_gateway_{name}{f'{{{inside}}}' if inside else ''} {value}"
