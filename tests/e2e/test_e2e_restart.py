"""The hub ends and starts again: history is there, and clients come back."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_visit import Visit
from playwright.sync_api import Browser, expect
from real_clients import Keep, Program, join_plain, netcat
from real_processes import ServedHub, once

pytest_plugins = ["page_fixtures"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedHub]:
    """Give a hub that starts again at the same ports."""
    with ServedHub.at_quiet_ports(tmp_path / "data") as hub:
        yield hub


def history(hub: ServedHub) -> list[str]:
    reader = Program(hub, "reader", join={})
    try:
        reader.send(type="history", room="lobby", after=0, limit=200)
        return [message["text"] for message in reader.event("history")["messages"]]
    finally:
        reader.close()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_clients_come_back_by_themselves(
    served: ServedHub, keep: Keep, browser: Browser, number: int, code: int
) -> None:
    page = Visit(browser, served)  # type: ignore[arg-type]
    page.join("anna")
    join = keep(join_plain(served))
    program = keep(Program(served, "program"))
    welcome = program.event("welcome")
    said = ["from the page", "from join", "from a program"]
    for talker, text in zip((page.type, join.say, program.say), said, strict=True):
        talker(text)
        program.sees(text)
    page.sees(said[-1])
    join.sees(said[-1])
    page.confirmed("from the page")
    seen = program.messages()
    assert [message["text"] for message in seen] == said

    assert served.stop(number) == code
    program.gone()
    join.seen.until("-! not connected")
    expect(page.page.locator("#own-state")).not_to_have_text("Connected")
    page.type("typed in the page meanwhile")
    join.say("typed in join meanwhile")
    served.start()

    # Came back by themselves: neither is touched, or told to try again.
    again = keep(
        Program(
            served, "again", nick=program.name, resume=welcome["resume"], log=welcome["log"],
            join={"lobby": {"after": seen[0]["seq"]}},
        )
    )  # fmt: skip
    missed = ["typed in the page meanwhile", "typed in join meanwhile"]
    for text in missed:
        again.sees(text)
    end = once("that is all ")
    again.say(end)
    join.sees(end)
    page.sees(end)
    page.connected()
    page.confirmed("typed in the page meanwhile")

    again.sees(end)
    came = again.messages()
    assert [message["seq"] for message in came] == [2, 3, 4, 5, 6], "resumed: each once"
    later = [message["text"] for message in came[2:]]
    assert sorted(later) == sorted([*missed, end])
    page.shows(said + later)
    assert history(served) == said + later
    own = {"from join", missed[1]}
    assert join.said() == [text for text in said + later if text not in own]
    resumed = again.event("welcome")
    assert (resumed["resume"], resumed["nick"]) == (welcome["resume"], program.name)
    newcomer = keep(netcat(served))
    newcomer.sees(end)
    assert newcomer.said() == said + later
    page.context.close()
    page.quiet()
