"""The hub's errors: one small tree.

    HubbubError
    ├── Interrupted     long work was ended on request
    ├── Refused         a request that is not carried out: a code, a text for a
    │                   person, and what it was about; the sender's fault
    └── StoreError      the log cannot be read or written; the machine's fault
        ├── NotStored       certainly not in the log
        ├── UnknownOutcome  a failing commit may or may not have kept it
        └── StoreUnusable   the file at the start is damaged, newer, or not ours

`ERROR_CODES` is the closed list of what an `error` message can carry, each
with what a client does about it; the protocol page is checked against it.
"""

from typing import Final


class HubbubError(Exception):
    """Anything that Hubbub raises on purpose."""


class Interrupted(HubbubError):
    """Long work was ended on request; nothing is lost."""


class Refused(HubbubError):
    """A request that is not carried out.

    `code` is a key of ERROR_CODES; `text` is one sentence for a person that
    says what to do next.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class StoreError(HubbubError):
    """The log cannot be read or written."""


class NotStored(StoreError):
    """A group that is certainly not in the log."""


class UnknownOutcome(StoreError):
    """A commit failed: its group may or may not be in the log."""


class StoreUnusable(StoreError):
    """The database cannot be opened; the text names the file and what to do."""


SAY_AGAIN: Final = frozenset({"not_stored", "unknown_outcome"})
"""What is worth saying again, as it was, under the same id."""

ERROR_CODES: Final[dict[str, str]] = {
    "bad_json": "Send one JSON object a line, in UTF-8.",
    "unknown_type": "Do not send this type to this hub again.",
    "bad_field": "Correct the field that the text names.",
    "hello_first": "Send `hello` before anything else.",
    "hello_again": "Do not send a second `hello` on one connection.",
    "passphrase": "Ask whoever invited you, and give it as `passphrase` in another `hello`.",
    "too_long": "Shorten it; the limits are in `welcome`.",
    "not_text": "Send valid UTF-8.",
    "empty": "Send something that can be seen.",
    "bad_nick": "Choose another nick; the text says what is wrong with it.",
    "nick_taken": "Choose another nick, or `resume` the session that has it.",
    "bad_room": "Choose another room name; the text says what is wrong with it.",
    "not_in_room": "Join the room first.",
    "too_many_rooms": "Leave a room first.",
    "nobody": "Nobody here has that nick; look at `members`.",
    "away": "The other's connection is lost just now; try again later.",
    "id_reused": "Choose a fresh id for a new text; the old one is in the log.",
    "not_stored": "Nothing was kept. Say it again, later, with the same id, before anything else.",
    "unknown_outcome": "It may have been kept. Say it again with the same id, before anything "
    "else.",
    "not_found": "There is no such message.",
    "full": "Come back later; the hub has as many connections as it can hold.",
    "proxy_refused": "Give this proxy's address to --trusted-proxies, or the "
    "gateway the hub's secret.",
    "internal": "The hub failed at this request; tell its operator.",
}
