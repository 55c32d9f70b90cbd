"""The list of rooms that a client gets: those with the most members.

Knows rooms; does not know who asks.
"""

from collections.abc import Iterator, Mapping
from heapq import nsmallest
from typing import Final

from core.hub.room import Room
from core.limits import ANSWER_LIMIT_BYTES
from core.wire.messages import RoomInfo

ROOMS_SHOWN: Final = 200

ORDER_LASTS_S: Final = 2.0
"""With more rooms than are shown, they are sorted once in so long: sorting ten
thousand takes as long as a thousand lines."""


class Directory:
    """The rooms of a hub, the liveliest first."""

    def __init__(self, rooms: Mapping[str, Room]) -> None:
        """Look at `rooms`, which may change."""
        self._rooms = rooms
        self._shown: list[str] = []
        self._until_s = float("-inf")

    def named(self, now_s: float) -> tuple[RoomInfo, ...]:
        """Return the rooms to be named, at most ROOMS_SHOWN and ANSWER_LIMIT_BYTES."""
        if len(self._rooms) <= ROOMS_SHOWN or now_s >= self._until_s:
            self._shown = [room.name for room in nsmallest(ROOMS_SHOWN, self._alive(), key=_order)]
            self._until_s = now_s + ORDER_LASTS_S
        infos: list[RoomInfo] = []
        size = 0
        for room in filter(None, map(self._rooms.get, self._shown)):
            # Quotes in a topic are written twice as long.
            size += 100 + len(room.name.encode()) + 2 * len(room.topic.encode())
            if size > ANSWER_LIMIT_BYTES:
                break
            infos.append(
                RoomInfo(
                    room=room.name, count=len(room.members), seq=room.tail.head, topic=room.topic
                )
            )
        return tuple(infos)

    def _alive(self) -> Iterator[Room]:
        return (room for room in self._rooms.values() if room.members or room.tail.head)


def _order(room: Room) -> tuple[int, str]:
    return -len(room.members), room.name
