"""Times on the screen are the reader's: of this day, this zone and this language."""

import re
from datetime import UTC, datetime

import pytest
from page_visit import NewVisit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

MINUTE_MS = 60_000


def test_today_becomes_yesterday_at_midnight(visit: NewVisit, world: World) -> None:
    world.person("bob").say("before midnight")
    ann = visit()
    late = datetime.now().astimezone().replace(hour=23, minute=59, second=0)
    ann.page.clock.install(time=late)
    ann.join("ann")
    ann.sees("before midnight")
    days = ann.page.locator("#lines .day:not(.new)")
    expect(days).to_have_text(["Today"])
    ann.type("/search midnight")
    expect(ann.page.locator(".hit time")).to_have_text(re.compile(r"^\d{1,2}:\d\d(\s[AP]M)?$"))
    ann.page.clock.fast_forward(2 * MINUTE_MS)
    expect(days).to_have_text(["Yesterday"])
    expect(ann.page.locator(".hit time")).to_have_text(re.compile(r"^\w+ \d+, "))


def test_another_time_zone_moves_every_time(visit: NewVisit, world: World) -> None:
    world.person("bob").say("hello")
    ann = visit(locale="de-DE")
    session = ann.context.new_cdp_session(ann.page)
    session.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    ann.join("ann")
    ann.sees("hello")
    shown = ann.page.locator("#lines time").first
    at = datetime.fromisoformat(shown.get_attribute("datetime") or "").astimezone(UTC)
    expect(shown).to_have_text(f"{(at.hour + 9) % 24:02}:{at.minute:02}")
    session.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kolkata"})
    ann.page.evaluate("() => dispatchEvent(new Event('focus'))")
    minutes = (at.hour * 60 + at.minute + 330) % (24 * 60)
    expect(shown).to_have_text(f"{minutes // 60:02}:{minutes % 60:02}")


@pytest.mark.parametrize(
    ("locale", "form"),
    [("en-US", r"^\d{1,2}:\d\d\s[AP]M$"), ("de-DE", r"^\d\d:\d\d$"), ("fi-FI", r"^\d{1,2}\.\d\d$")],
)
def test_times_are_written_as_the_language_does(
    visit: NewVisit, world: World, locale: str, form: str
) -> None:
    world.person("bob").say("hello")
    ann = visit(locale=locale, timezone_id="Etc/GMT-3")
    # Two in the afternoon, or four at night: never 02:28 PM or 04:05 AM.
    ann.join("ann")
    ann.sees("hello")
    shown = ann.page.locator("#lines time").first
    expect(shown).to_have_text(re.compile(form))
    lone = ann.page.evaluate(
        """() => new Intl.DateTimeFormat(undefined, {timeStyle: "short"})
            .format(new Date(document.querySelector("#lines time").dateTime))"""
    )
    expect(shown).to_have_text(lone)
