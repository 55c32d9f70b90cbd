"""A tab that stays open for weeks does not grow with what it has heard."""

from page_clock import fill
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import CDPSession

pytest_plugins = ["page_fixtures"]

KIB = 1024


def weigh(ann: Visit, tools: CDPSession) -> dict[str, float]:
    """Return the bytes of JavaScript's heap after collecting, and the browser's counts."""
    for _ in range(2):
        tools.send("HeapProfiler.collectGarbage")
    counts = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
    heap = tools.send("Runtime.getHeapUsage")["usedSize"]
    return {
        "heap": heap,
        "nodes": counts["Nodes"],
        "listeners": counts["JSEventListeners"],
        "rows": ann.page.locator("#lines > li").count(),
    }


def test_fifty_thousand_lines_weigh_as_much_as_ten_thousand(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    tools = ann.context.new_cdp_session(ann.page)
    tools.send("Performance.enable")
    ann.sees(fill(world, 10_000))
    before = weigh(ann, tools)
    ann.sees(fill(world, 40_000, first=10_000))
    after = weigh(ann, tools)
    print(f"\n  after 10,000 lines {before}\n  after 50,000 lines {after}")  # noqa: T201
    assert after["heap"] < 1.25 * before["heap"] + 512 * KIB
    # A window that has just been cut has fewer rows than one that is about to be.
    assert after["nodes"] < 1.25 * before["nodes"] + 500
    assert after["listeners"] <= before["listeners"] + 20
    assert after["rows"] < 1_200
