"""Gateways in processes of their own: they share the work, die, and come back."""

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_processes import all_gone, eventually, gateways, sockets_open
from machine import Machine
from page_visit import Visit
from playwright.sync_api import Browser
from real_clients import Keep, Program, netcat
from real_processes import SERVE, ServedHub, once
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

pytest_plugins = ["page_fixtures"]

SEVERAL = (*SERVE, "--gateways", "2")
STOP_LIMIT_S = 5.0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedHub]:
    """Give a hub with two gateways; nothing of it is left after the test."""
    hub = ServedHub(tmp_path / "data", SEVERAL)
    hub.start()
    pids = list(gateways(hub).values())
    try:
        yield hub
        if hub.process.child.poll() is None:
            pids += gateways(hub).values()
            assert hub.stop() == 0
        all_gone(pids)
    finally:
        hub.process.close()


def test_callers_are_shared_out_and_everything_is_ready_at_once(served: ServedHub) -> None:
    assert served.process.seen.text.count("listening web ") == 1
    assert gateways(served).keys() == {1, 2}
    with contextlib.ExitStack() as browsers:
        for _ in range(40):
            url = f"ws://127.0.0.1:{served.web_port}/ws"
            browsers.enter_context(connect(url, proxy=None, compression=None))

        def shared() -> bool | None:
            opened = sockets_open(served)
            fair = opened.keys() == {1, 2} and all(opened.values())
            return True if fair and sum(opened.values()) == 40 else None

        eventually(shared, "40 browsers at two gateways")


def test_other_users_cannot_read_the_secret(served: ServedHub) -> None:
    for pid in gateways(served).values():
        for file in ("cmdline", "environ"):
            shown = Path(f"/proc/{pid}/{file}").read_bytes()
            assert not re.search(rb"[0-9a-f]{48}", shown), file


def test_one_that_is_killed_is_started_again_and_its_browsers_resume(
    served: ServedHub, keep: Keep
) -> None:
    watching = keep(netcat(served))
    browser = keep(Program(served, "browser"))
    welcome = browser.event("welcome")
    browser.say("before")
    watching.sees("before")
    (seen,) = (browser.sees("before"), browser.messages())[1]

    def whose() -> int | None:
        return next((number for number, count in sockets_open(served).items() if count), None)

    which = eventually(whose, "the browser's gateway")
    first = gateways(served)
    os.kill(first[which], signal.SIGKILL)
    browser.gone()
    watching.say("meanwhile")

    def come_again() -> Program | None:
        # Who called just before it died waits in its socket, and is reset with it.
        with contextlib.suppress(OSError, WebSocketException):
            return Program(
                served, "again", nick=browser.name, resume=welcome["resume"], log=welcome["log"],
                join={"lobby": {"after": seen["seq"]}},
            )  # fmt: skip
        return None

    again = keep(eventually(come_again, "somebody who lets it in"))
    again.sees("meanwhile")
    log = served.process.seen
    log.until(f"event=gateway_back gateway={which} ")
    assert log.text.count(f"event=gateway_ended gateway={which} signal=SIGKILL ") == 1
    now = gateways(served)
    assert now.keys() == first.keys()
    assert {number for number in now if now[number] != first[number]} == {which}
    again.say("after")
    again.sees("after")
    watching.sees("after")
    assert [(one["seq"], one["text"]) for one in again.messages()] == [
        (seen["seq"] + 1, "meanwhile"), (seen["seq"] + 2, "after"),
    ]  # fmt: skip
    assert (again.event("welcome")["nick"], again.event("welcome")["resume"]) == (
        browser.name, welcome["resume"],
    )  # fmt: skip
    assert not [line for line in watching.seen.lines() if f"-- {browser.name} left" in line]


def test_the_page_comes_back_by_itself_although_all_are_killed(
    served: ServedHub, keep: Keep, browser: Browser
) -> None:
    page = Visit(browser, served)  # type: ignore[arg-type]
    page.join("anna")
    person = keep(netcat(served))
    person.say("before")
    page.sees("before")
    killed = gateways(served)
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    person.say("meanwhile")
    page.type("typed in the page meanwhile")
    person.sees("typed in the page meanwhile")
    page.connected()
    page.confirmed("typed in the page meanwhile")
    end = once("that is all ")
    person.say(end)
    page.sees(end)
    for number in killed:
        served.process.seen.until(f"event=gateway_back gateway={number} ")
    assert not set(gateways(served).values()) & set(killed.values())
    texts = page.texts()
    assert sorted(texts) == sorted(["before", "meanwhile", "typed in the page meanwhile", end])
    assert (texts[0], texts[-1]) == ("before", end)
    page.context.close()
    page.quiet()


@pytest.mark.parametrize("everyone", [False, True])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_them_all_after_the_hub_has_said_good_bye(
    served: ServedHub, keep: Keep, number: int, everyone: bool
) -> None:
    """A terminal and systemd send it to everyone, an operator to the hub."""
    browsers = [keep(Program(served, "browser")) for _ in range(6)]
    for browser in browsers:
        browser.event("welcome")
    pids = list(gateways(served).values())
    began, machine = time.monotonic(), Machine([served.pid, *pids])
    if everyone:
        os.killpg(served.pid, number)
    else:
        os.kill(served.pid, number)
    assert served.process.ended() == 0
    took_s = time.monotonic() - began
    assert took_s < STOP_LIMIT_S * machine.slowness()  # what the command promises
    all_gone(pids)
    for browser in browsers:
        assert browser.event("bye")["reason"] == "stopping"
    assert "event=gateway" not in served.process.seen.text
    assert "Traceback" not in served.process.seen.text


def test_one_that_is_told_to_end_is_started_again(served: ServedHub) -> None:
    first = gateways(served)
    os.kill(first[1], signal.SIGTERM)
    served.process.seen.until("event=gateway_back gateway=1 ")
    assert "event=gateway_ended gateway=1 exit_code=0 " in served.process.seen.text
    now = gateways(served)
    assert (now[1] != first[1], now[2]) == (True, first[2])


def test_if_the_hub_is_killed_its_gateways_end_too(served: ServedHub, keep: Keep) -> None:
    browser = keep(Program(served, "browser"))
    browser.event("welcome")
    pids = list(gateways(served).values())
    served.process.signal(signal.SIGKILL)
    all_gone(pids)
    browser.gone()
    assert served.process.ended() == -signal.SIGKILL
    served.start()  # with the same ports, which nobody has any more
    keep(Program(served, "again")).event("welcome")
