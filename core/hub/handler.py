"""A client as the hub sees it: who is told events, and what it has in flight.

The server's modes implement `Handler`, its flow control implements `Flow`.
Knows events; knows no bytes and no socket.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from core.delivery.outbound import Outbound
from core.errors import Refused
from core.log.entry import Entry
from core.wire.messages import Bye, Event, Ref


class Flow(Protocol):
    """The account of what one client has under way.

    A client's next line is carried out only if there is room for it, so what is
    counted here has to be released, exactly once, whatever becomes of it.
    """

    def submit(self, cost_bytes: int) -> None:
        """Count a message that waits for its commit, and what it takes in memory."""

    def release(self, messages: int, cost_bytes: int) -> None:
        """Count messages off again: they are kept, or certainly are not."""

    def query_started(self) -> None:
        """Note a question that is answered later; the client's next line waits for it."""

    def query_finished(self) -> None:
        """Note that it has been answered."""


class Handler(Protocol):
    """A connection as the hub sees it: something that can be told events."""

    @property
    def outbound(self) -> Outbound: ...

    @property
    def flow(self) -> Flow: ...

    @property
    def local_address(self) -> tuple[str, int] | None:
        """Where its client reached the hub; None where only a proxy knows."""

    def tell(self, event: Event) -> None:
        """Send one event to this connection alone."""

    def acknowledge(self, entries: Sequence[Entry]) -> None:
        """Learn that messages of this connection are kept, each as its `seq`."""

    def error(
        self, problem: Refused, ref: Ref | None, id_: str | None = None, room: str | None = None
    ) -> None:
        """Say why a request was not carried out; `id_` and `room` if it had any."""

    def reject(self, entry: Entry, ref: Ref | None, problem: Refused) -> None:
        """Learn that a message of this connection is not kept."""

    def dismiss(self, bye: Bye) -> None:
        """Say good-bye and close the connection."""


class Origin(Struct, frozen=True):
    """Where an entry comes from: who is told what becomes of it, and what it takes."""

    handler: Handler
    ref: Ref | None
    cost_bytes: int
    flow: Flow
