"""The gateway's counts in Prometheus' text format, version 0.0.4. Pure."""

from collections.abc import Iterable
from typing import Final

from bridge.counts import Counts
from bridge.door import Ending

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text(counts: Counts) -> str:
    """Return all counts; every reason is there from the start, with 0."""
    lines: list[str] = []
    for kind, name, help_text, value in (
        ("gauge", "sockets_open", "WebSockets open now.", counts.sockets_open),
        ("counter", "sockets_total", "WebSockets opened.", counts.sockets_opened),
    ):
        lines += _family(kind, name, help_text, [("", value)])
    for name, help_text, inward, outward in (
        ("frames_total", "Frames from browsers and to them.", counts.frames_in, counts.frames_out),
        ("bytes_total", "Bytes in those frames.", counts.bytes_in, counts.bytes_out),
    ):
        values = [('{direction="in"}', inward), ('{direction="out"}', outward)]
        lines += _family("counter", name, help_text, values)
    refused = [(f'{{reason="{kind}"}}', counts.refused[kind]) for kind in REFUSALS]
    lines += _family("counter", "refused_total", "Requests refused.", refused)
    ended = [(f'{{reason="{end.name.lower()}"}}', counts.endings[end]) for end in Ending]
    lines += _family("counter", "sockets_ended_total", "WebSockets ended.", ended)
    return "\n".join(lines) + "\n"


REFUSALS: Final = ("host", "origin", "method", "path", "handshake", "malformed", "full")


def _family(
    kind: str, name: str, help_text: str, values: Iterable[tuple[str, int]]
) -> Iterable[str]:
    yield f"# HELP hubbub_gateway_{name} {help_text}"
    yield f"# TYPE hubbub_gateway_{name} {kind}"
    for labels, value in values:
        yield f"hubbub_gateway_{name}{labels} {value}"
