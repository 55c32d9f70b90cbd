"""How fast the page is, as relations within one run; the figures are printed.

`pytest -s tests/web/test_page_speed.py` shows them. None is asserted by itself,
since machines differ, and others may work on the same one.
"""

from pathlib import Path
from statistics import median
from time import monotonic

from page_clock import Load, Machine, fill, first_paint_ms, load, long_tasks, watch
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import Browser, expect

pytest_plugins = ["page_fixtures"]

ROUNDS = 5
LONG_MS = 50
BARE = "<!doctype html><link rel=icon href=data:,><title>bare</title><p>nothing but this</p>"


def report(words: str) -> None:
    print(f"\n  {words}")  # noqa: T201


def test_first_paint_and_the_last_lines(visit: NewVisit, world: World, tmp_path: Path) -> None:
    last = fill(world, 1000)
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "index.html").write_text(BARE)
    bare_url = world.other_page(tmp_path / "bare")
    bares: list[float] = []
    loads: list[Load] = []
    # The first of each warms up what the browser shares among all its pages.
    for number in range(ROUNDS + 1):
        bare = visit()
        bare.page.goto(bare_url)
        bares.append(first_paint_ms(bare.page))
        bare.context.close()
        ann = visit()
        watch(ann, last)
        ann.page.add_init_script(f"localStorage.setItem('hubbub.nick', '\"ann{number}\"')")
        loads.append(load(ann, last))
        ann.context.close()
    bare_ms = median(bares[1:])
    paint_ms = median(one.paint_ms for one in loads[1:])
    shown_ms = median(one.shown_ms for one in loads[1:])
    one = loads[-1]
    report(f"a bare page is painted after {bare_ms:.0f} ms, ours after {paint_ms:.0f} ms")
    report(f"the last lines of 1,000 are on the screen after {shown_ms:.0f} ms")
    report(f"{one.requests} requests, {one.transferred_bytes / 1024:.1f} KiB")
    assert paint_ms < 8 * bare_ms
    assert shown_ms < 16 * bare_ms
    assert one.transferred_bytes < 64 * 1024


def test_a_flood_leaves_the_page_responsive(
    visit: NewVisit, world: World, browser: Browser
) -> None:
    """100 lines a second for 10 s, into a room whose window is full."""
    ann = visit()
    watch(ann)
    ann.join("ann")
    ann.sees(fill(world, 3000))
    bob = world.person("bob")
    long_tasks(ann)
    machine = Machine(browser)
    begin = monotonic()
    said = 0
    while said < 1000:
        due = min(int((monotonic() - begin) * 100) + 1, 1000)
        bob.say(*(f"flood {number}" for number in range(said, due)))
        said = due
        ann.page.wait_for_timeout(5)
    ann.sees("flood 999")
    took_s = monotonic() - begin
    slowness = machine.slowness()
    tasks = long_tasks(ann)
    report(f"{len(tasks)} tasks over 50 ms in {took_s:.1f} s: {[round(task) for task in tasks]}")
    report(f"the machine itself made the same work up to {slowness:.1f} times as long")
    assert all(task < LONG_MS * slowness for task in tasks)
    assert sum(tasks) < took_s * 1000 / 20 * slowness


def test_ten_thousand_lines_are_read_back_to_the_first(
    visit: NewVisit, world: World, browser: Browser
) -> None:
    last = fill(world, 10_000)
    ann = visit()
    watch(ann)
    ann.join("ann")
    ann.sees(last)
    long_tasks(ann)
    machine = Machine(browser)
    seen: list[str] = []
    most = 0
    while not seen or seen[0] != "line 0":
        moved = _one_page_up(ann)
        assert abs(moved) <= 1, "the line that was looked at stays where it is"
        texts = ann.texts()
        numbers = [int(text.removeprefix("line ")) for text in texts]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        seen = texts[: texts.index(seen[0])] + seen if seen else texts
        most = max(most, len(texts))
    slowness = machine.slowness()
    tasks = long_tasks(ann)
    assert seen == [f"line {number}" for number in range(10_000)]
    assert most <= 1500
    report(f"up to {most} lines on the page; {len(tasks)} tasks over 50 ms, the longest "
           f"{max(tasks, default=0):.0f} ms; the machine's slowness {slowness:.1f}")  # fmt: skip
    assert max(tasks, default=0) < 2 * LONG_MS * slowness


def _one_page_up(ann: Visit) -> float:
    """Scroll up until the page before is there; return how far the line looked at moved."""
    moved: float = ann.page.evaluate("""async () => {
        const log = document.querySelector("#log");
        const first = () => document.querySelector("#lines > .line .said").textContent;
        const frame = () => new Promise(requestAnimationFrame);
        const before = first();
        // Where a hand leaves it while the page before is on its way.
        log.scrollTop = 150;
        const row = [...document.querySelectorAll("#lines > .line")].find(
            (one) => one.offsetTop > log.scrollTop + 50);
        const top = row.getBoundingClientRect().top;
        for (let waited = 0; first() === before; waited += 1) {
            if (waited > 600) throw new Error(`nothing loads before ${before}`);
            await frame();
        }
        await frame();
        return row.getBoundingClientRect().top - top;
    }""")
    return moved


def test_find_in_page_finds_what_is_on_the_screen(visit: NewVisit, world: World) -> None:
    last = fill(world, 300)
    ann = visit().join("ann")
    ann.sees(last)
    find = "(text) => window.find(text, false, false, true)"
    assert ann.page.evaluate(find, last)
    assert ann.page.evaluate("getSelection().anchorNode.parentElement.className") == "said"
    assert not ann.page.evaluate("window.find('line 299999', false, false, true)")
    expect(ann.line(last)).to_be_in_viewport()
