"""A model test: whatever happens in whatever order, the hub agrees with a simple model.

Hypothesis chooses what happens: people come, go, say things, say them again,
resume, stop reading; the disk fails, messages are dropped. The model is a list
of messages for each room, and for each client how far it has read. The hub's
bounds are made small, so that a dozen lines lap a reader and fill pages.

`make test` tries the same examples each time. For more, and others each time:

    HUBBUB_MODEL_EXAMPLES=2000 make test ARGS="tests/core/test_model.py --timeout=0"
"""

import json
import os
from dataclasses import dataclass, field
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from memory_hub import Client, MemoryHub

from core.errors import NotStored, StoreError, UnknownOutcome
from core.limits import RESUME_GRACE_S, RETRY_WAIT_S

EXAMPLES = os.environ.get("HUBBUB_MODEL_EXAMPLES")
STEPS = 40
KEEP_MESSAGES = 8

SMALL = {
    "core.sqlite.pages.PAGE_MESSAGES": 4,
    "core.log.tail.TAIL_LIMIT_BYTES": 900,
    "core.log.tail.WRITE_CHUNK_BYTES": 300,
    "core.delivery.outbound.WRITE_CHUNK_BYTES": 300,
}
"""Three or four messages fill a page, a tail, a write."""

ROOMS = ("lobby", "ops")
USERS = 4
WHO = st.integers(0, USERS - 1)
FAILURES: dict[str, StoreError | None] = {
    "works": None,
    "full": NotStored("full"),
    "lost": UnknownOutcome("broken"),
    "kept all the same": UnknownOutcome("broken"),
}
DISK = st.sampled_from(["works", "works", *FAILURES])
ROOM = st.sampled_from(ROOMS)


@dataclass
class Said:
    """What the model knows of one id of one session."""

    room: str
    text: str
    seq: int | None = None


@dataclass
class User:
    """A session, over connections that come and go."""

    name: str
    client: Client
    nick: str = ""
    token: str = ""
    said: dict[str, Said] = field(default_factory=dict)
    owed: list[str] = field(default_factory=list)
    """Ids that were refused, in the order in which they were said."""
    retry_until_s: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)
    unread: list[dict[str, Any]] = field(default_factory=list)
    """Events that came with answers and are not looked at yet."""
    stalled: bool = False
    gone_s: float | None = None


def _looks(nick: str) -> str:
    return nick.casefold().replace("а", "a")


class HubMachine(RuleBasedStateMachine):
    """What may happen to a hub, and what the model makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = MemoryHub(keep_messages=KEEP_MESSAGES)
        self.users: list[User] = []
        self.log: dict[str, list[tuple[str, str, str | None]]] = {room: [] for room in ROOMS}
        """Who said it, the text and the id; a message's seq is its place from 1."""
        self.first = dict.fromkeys(ROOMS, 1)
        self.count = 0
        self.person = self.hub.text()
        self.shown: list[str] = []
        """What somebody in text mode has been shown in the lobby."""

    def teardown(self) -> None:
        self.hub.close()

    # --- coming and going --------------------------------------------------------

    @initialize()
    def some_are_here(self) -> None:
        for _ in range(3):
            self.come("lobby", 0)

    @rule(room=ROOM, last=st.integers(0, 12))
    def come(self, room: str, last: int) -> None:
        if len(self.users) == USERS:
            return
        user = User(f"user{len(self.users)}", Client(self.hub))
        self.users.append(user)
        head = len(self.log[room])
        user.seen[room] = max(head - last, self.first[room] - 1)
        hello = {"type": "hello", "nick": user.name, "join": {room: {"last": last}}}
        user.client.say_json(hello)

    @rule(who=WHO)
    def lose(self, who: int) -> None:
        if user := self._here(who):
            self._read(user)
            user.client.drop()
            user.gone_s = self.hub.clock.time_s

    @rule(who=WHO, ghost=st.booleans())
    def resume(self, who: int, ghost: bool) -> None:
        if not (user := self._any(who)) or not user.token or (user.gone_s is None and not ghost):
            return
        old = user.client
        self._read(user)
        user.client = Client(self.hub)
        join = {room: {"after": seq} for room, seq in user.seen.items()}
        log = self.hub.hub.log
        user.client.say_json({"type": "hello", "nick": user.name, "resume": user.token, "log": log,
                              "join": join})  # fmt: skip
        assert old.transport.closed, "the old connection lives on"
        user.gone_s, user.stalled = None, False

    @rule(who=WHO, room=ROOM)
    def leave(self, who: int, room: str) -> None:
        user = self._here(who)
        if user and room in user.seen and not user.stalled:
            user.client.say_json({"type": "leave", "room": room})
            self._read(user)
            del user.seen[room]

    @rule(who=WHO, room=ROOM, last=st.integers(0, 12))
    def join(self, who: int, room: str, last: int) -> None:
        user = self._here(who)
        if user and room not in user.seen and not user.stalled:
            self._read(user)
            user.seen[room] = max(len(self.log[room]) - last, self.first[room] - 1)
            user.client.say_json({"type": "join", "room": room, "last": last})

    @rule(who=WHO, nick=st.sampled_from(["anna", "Anna", "аnna", "bert"]))
    def call_oneself(self, who: int, nick: str) -> None:
        """Take another name, unless somebody has it, or one that looks like it."""
        user = self._here(who)
        if not user or user.stalled:
            return
        self._read(user)
        taken = any(
            other is not user and _looks(other.nick) == _looks(nick) and self._has_nick(other)
            for other in self.users
        )
        user.client.say_json({"type": "nick", "nick": nick})
        events = user.client.events()
        (answer,) = [one for one in events if one["type"] in ("renamed", "error")]
        user.unread += [one for one in events if one is not answer]
        if taken:
            assert answer["code"] == "nick_taken"
        else:
            assert (answer["type"], answer["to"]) == ("renamed", nick)
            user.nick = nick

    def _has_nick(self, user: User) -> bool:
        """Tell whether a name is held: by who is here, or may come back to its rooms."""
        if user.gone_s is None:
            return True
        return bool(user.seen) and self.hub.clock.time_s < user.gone_s + RESUME_GRACE_S

    # --- saying ------------------------------------------------------------------

    @rule(who=WHO, room=ROOM, count=st.sampled_from([1, 2, 5, 12]), disk=DISK)
    def say(self, who: int, room: str, count: int, disk: str) -> None:
        """Say new lines; the disk may fail. Lines behind a refused one are refused."""
        user = self._here(who)
        if not user or user.stalled:
            return
        self._read(user)
        if self.hub.clock.time_s >= user.retry_until_s:
            user.owed.clear()  # given up
        ids = []
        for _ in range(count):
            self.count += 1
            ids.append(f"id{self.count}")
            user.said[ids[-1]] = Said(room, f"text {self.count} {'x' * (self.count % 90)}")
        group = self.hub.journal._group
        self.hub.journal.fail = FAILURES[disk]
        answers = self._send(user, ids)
        self.hub.journal.fail = None
        if user.owed:
            assert [one.get("code") for one in answers] == ["not_stored"] * count
            user.owed += ids
        elif disk == "works":
            self._expect_acks(user, ids, answers)
        else:
            code = "not_stored" if disk == "full" else "unknown_outcome"
            assert [one.get("code") for one in answers] == [code] * count
            user.owed, user.retry_until_s = ids, self.hub.clock.time_s + RETRY_WAIT_S
            if disk == "kept all the same":
                self._add(user, ids)
                self.hub.store.append(group)
            self.hub.hub.recovered(self.hub.store.rooms())
            self.hub.clock.advance(0)

    @rule(who=WHO)
    def say_refused_again(self, who: int) -> None:
        """Say what was refused again, in its order, and the rest is open again."""
        user = self._here(who)
        in_time = user and self.hub.clock.time_s < user.retry_until_s
        if user and user.owed and in_time and not user.stalled:
            self._read(user)
            ids, user.owed = user.owed, []
            self._expect_acks(user, ids, self._send(user, ids))

    @rule(who=WHO, which=st.integers(0, 30), other=st.sampled_from(["", "", "another text"]))
    def say_again(self, who: int, which: int, other: str) -> None:
        """Say what is kept again: the same answer, nothing new; or another text: refused."""
        user = self._here(who)
        kept = [id_ for id_, said in user.said.items() if said.seq] if user else []
        if not user or not kept or user.owed or user.stalled:
            return
        self._read(user)
        id_ = kept[which % len(kept)]
        (answer,) = self._send(user, [id_], other)
        if other:
            assert (answer["type"], answer["code"]) == ("error", "id_reused")
        else:
            assert (answer["type"], answer["seq"]) == ("ack", user.said[id_].seq)

    @rule(who=WHO, other=WHO, which=st.integers(0, 30))
    def say_with_anothers_id(self, who: int, other: int, which: int) -> None:
        """Ids of two sessions never touch."""
        user, neighbour = self._here(who), self._any(other)
        if not user or not neighbour or user is neighbour or user.stalled or user.owed:
            return
        ids = [id_ for id_ in neighbour.said if id_ not in user.said]
        if ids:
            self._read(user)
            id_ = ids[which % len(ids)]
            self.count += 1
            user.said[id_] = Said("lobby", f"own text {self.count}")
            self._expect_acks(user, [id_], self._send(user, [id_]))

    def _send(self, user: User, ids: list[str], text: str = "") -> list[dict[str, Any]]:
        lines = [
            {"type": "say", "room": user.said[id_].room, "text": text or user.said[id_].text,
             "id": id_}
            for id_ in ids
        ]  # fmt: skip
        user.client.send(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        events = user.client.events()
        user.unread += [one for one in events if one["type"] not in ("ack", "error")]
        return [one for one in events if one["type"] in ("ack", "error")]

    def _add(self, user: User, ids: list[str]) -> None:
        """Put what is not there yet into the model's log."""
        for id_ in ids:
            said = user.said[id_]
            if said.seq is None:
                self.log[said.room].append((user.nick, said.text, id_))
                said.seq = len(self.log[said.room])

    def _expect_acks(self, user: User, ids: list[str], answers: list[dict[str, Any]]) -> None:
        """Add lines to the model, as the acks must say."""
        self._add(user, ids)
        expected = [("ack", id_, user.said[id_].room, user.said[id_].seq) for id_ in ids]
        told = [(one["type"], one["id"], one.get("room"), one.get("seq")) for one in answers]
        assert told == expected
        self._read(user)

    # --- reading -----------------------------------------------------------------

    @rule(who=WHO, room=st.integers(0, 400))
    def stall(self, who: int, room: int) -> None:
        user = self._here(who)
        if user and not user.stalled:
            self._read(user)
            user.stalled, user.client.transport.room = True, room

    @rule(who=WHO)
    def drain(self, who: int) -> None:
        user = self._here(who)
        if user and user.stalled:
            user.stalled = False
            user.client.transport.drain()

    @rule(seconds=st.sampled_from([0.1, RETRY_WAIT_S / 2, RESUME_GRACE_S + 1]))
    def wait(self, seconds: float) -> None:
        self.hub.clock.advance(seconds)

    @rule()
    def drop_old(self) -> None:
        self.hub.prune()
        for room in ROOMS:
            self.first[room] = max(self.first[room], len(self.log[room]) - KEEP_MESSAGES + 1)

    @invariant()
    def agree(self) -> None:
        """Everybody who reads has all of the log, and the store is the log."""
        for user in self.users:
            if user.gone_s is None and not user.stalled:
                self._read(user)
                for room, seq in user.seen.items():
                    assert seq == len(self.log[room]), f"{user.name} is behind in {room}"
        lines = self.person.take().splitlines()
        self.shown += [line.split("> ", 1)[1] for line in lines if " <" in line[:8]]
        assert self.shown == [text for _, text, _ in self.log["lobby"]]
        for room in ROOMS:
            kept = self.hub.hub.history.after(room, 0, 10_000).messages
            expected = self.log[room][self.first[room] - 1 :]
            assert [message.text for message in kept] == [text for _, text, _ in expected]
            assert [message.seq for message in kept] == list(
                range(self.first[room], len(self.log[room]) + 1)
            )

    def _read(self, user: User) -> None:
        """Hold what a user was told against the model."""
        if user.stalled or user.gone_s is not None:
            return
        events, user.unread = user.unread + user.client.events(), []
        for event in events:
            match event["type"]:
                case "welcome":
                    if user.token and event["resume"] != user.token:
                        user.said, user.owed = {}, []  # another session, with its own ids
                    user.token, user.nick = event["resume"], event["nick"]
                case "message":
                    room, seq = event["room"], event["seq"]
                    assert seq == user.seen[room] + 1, f"{user.name}: {event}"
                    user.seen[room] = seq
                    shown = (event["nick"], event["text"], event.get("id"))
                    assert shown == self.log[room][seq - 1]
                case "reset":
                    room, seen = event["room"], user.seen[event["room"]]
                    assert event["reason"] == "pruned"
                    assert seen + 1 < event["next"] <= self.first[room], "it is still there"
                    assert event["missed"] == event["next"] - 1 - seen
                    user.seen[room] = event["next"] - 1
                case "ack" | "error" | "bye":
                    pytest.fail(f"{user.name} was told {event}")

    # --- the model ---------------------------------------------------------------

    def _here(self, who: int) -> User | None:
        user = self._any(who)
        return user if user and user.gone_s is None else None

    def _any(self, who: int) -> User | None:
        return self.users[who] if who < len(self.users) else None


@pytest.mark.timeout(600)
def test_the_hub_agrees_with_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SMALL.items():
        monkeypatch.setattr(name, value)
    run_state_machine_as_test(
        HubMachine,
        settings=settings(
            max_examples=int(EXAMPLES or 400), stateful_step_count=STEPS, deadline=None,
            derandomize=EXAMPLES is None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
