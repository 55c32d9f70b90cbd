"""Questions whose answer may come later than the turn in which they are asked.

While one is open, its client's next line waits: so one client's questions cannot
pile up, and what it says behind a question is said after the answer. Knows
handlers; does not know what is asked.
"""

from collections.abc import Callable
from typing import TypeVar

from core.errors import Refused
from core.hub.handler import Handler
from core.wire.messages import Ref

Answer = TypeVar("Answer")


def at_once_or_later(
    ask: Callable[[Callable[[Answer], None]], None], done: Callable[[Answer], None], *,
    started: Callable[[], None], finished: Callable[[], None],
    refused: Callable[[Refused], None],
) -> None:  # fmt: skip
    """Call `ask`, which calls back at once or later, and `done` with what it says.

    What `done` raises as Refused at once is raised here; later, `refused` is
    called. `started` and `finished` are called if the answer comes later.
    """
    answered = waits = False

    def answer(result: Answer) -> None:
        nonlocal answered
        answered = True
        if not waits:
            done(result)
            return
        finished()
        try:
            done(result)
        except Refused as problem:
            refused(problem)

    ask(answer)
    if not answered:
        waits = True
        started()


def query(
    handler: Handler, ask: Callable[[Callable[[Answer], None]], None],
    done: Callable[[Answer], None], *, ref: Ref | None = None, id_: str | None = None,
) -> None:  # fmt: skip
    """Do the same for a request of a handler; its next line waits for the answer.

    `ref` and `id_` are the request's, for a refusal that comes later.
    """
    at_once_or_later(
        ask, done,
        started=handler.flow.query_started,
        finished=handler.flow.query_finished,
        refused=lambda problem: handler.error(problem, ref, id_),
    )  # fmt: skip
