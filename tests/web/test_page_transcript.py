"""What leaves the page: copied, printed and saved lines read as a transcript."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

from core.archive.readonly import LogFile
from core.archive.transcript import FormName, Missing, read_room
from core.archive.transcript import form as document

pytest_plugins = ["page_fixtures"]

FENCE = "```"
CODE = f"look:\n{FENCE}sh\nmake run\n{FENCE}"

# Select from within one line to within another, or all of one text, as a hand does.
SELECT = """([from, to]) => {
    const all = [...document.querySelectorAll("#lines > .line .said")];
    const said = (text) => all.find((one) => one.textContent.includes(text));
    const range = document.createRange();
    range.setStart(said(from).firstChild, 0);
    const end = said(to);
    range.setEnd(end, end.childNodes.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""

PASTED = "navigator.clipboard.readText()"


def reading(visit: NewVisit) -> Visit:
    return visit(permissions=["clipboard-read", "clipboard-write"]).join("ann")


# What makes a transcript of what is copied comes once somebody holds the lines.
LOADED = """() => performance.getEntriesByType("resource").find(
    ({name, responseEnd}) => name.includes("/copying.js") && responseEnd)?.name"""


def selected(ann: Visit) -> None:
    """Wait until what is selected would be copied as a transcript."""
    ann.page.wait_for_function(LOADED)
    ann.page.evaluate("async (name) => { await import(name); }", ann.page.evaluate(LOADED))


def copied(ann: Visit, first: str, last: str) -> str:
    ann.page.evaluate(SELECT, [first, last])
    selected(ann)
    ann.page.keyboard.press("Control+C")
    text: str = ann.page.evaluate(PASTED)
    return text


def without_times(text: str) -> str:
    return re.sub(r"^\d\d:\d\d ", "12:03 ", text, flags=re.MULTILINE)


def test_lines_are_copied_as_text_mode_shows_them(visit: NewVisit, world: World) -> None:
    bob, carol = world.person("bob"), world.person("carol")
    ann = reading(visit)
    bob.say("one", "two", CODE)
    carol.say("waves", kind="action")
    carol.say("bye")
    ann.sees("bye")
    assert without_times(copied(ann, "one", "bye")) == (
        "12:03 <bob> one\n"
        "12:03 <bob> two\n"
        f"12:03 <bob> look:\n      | {FENCE}sh\n      | make run\n      | {FENCE}\n"
        "12:03 * carol waves\n"
        "12:03 <carol> bye"
    )
    # A part of the lines is copied as these lines.
    assert without_times(copied(ann, "two", "look")).startswith("12:03 <bob> two\n12:03 <bob> look")
    # All that one line says is what was written; a part of it is that part.
    assert copied(ann, "look", "look") == CODE
    ann.line("bye").locator(".said").evaluate("""(said) => {
        const range = document.createRange();
        range.setStart(said.firstChild, 1);
        range.setEnd(said.firstChild, 3);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
    }""")
    ann.page.keyboard.press("Control+C")
    assert ann.page.evaluate(PASTED) == "ye"


def test_what_lies_between_lines_is_copied_as_text_mode_tells_it(
    visit: NewVisit, world: World
) -> None:
    bob = world.person("bob")
    ann = reading(visit)
    bob.say("first")
    ann.sees("first")
    world.person("carol")
    expect(ann.page.locator(".presence")).to_contain_text("carol joined")
    ann.type("/topic lunch")
    expect(ann.page.locator(".note.topic")).to_be_visible()
    bob.say("last")
    ann.sees("last")
    lines = without_times(copied(ann, "first", "last")).split("\n")
    assert lines == [
        "12:03 <bob> first", "12:03 -- carol joined", "-- ann set the topic: lunch",
        "12:03 <bob> last",
    ]  # fmt: skip
    # The whole page, as with Ctrl+A: nothing of what stands around the conversation.
    ann.page.evaluate("() => getSelection().selectAllChildren(document.body)")
    ann.page.evaluate("() => document.execCommand('copy')")
    whole = without_times(ann.page.evaluate(PASTED)).split("\n")
    assert whole[0].startswith("-- 2 people are here. ")
    assert re.fullmatch(r"-- \d{4}-\d\d-\d\d", whole[1])
    assert whole[2:] == lines


def test_what_is_typed_is_copied_as_it_is(visit: NewVisit, world: World) -> None:
    ann = reading(visit)
    ann.type("said")
    ann.confirmed("said")
    ann.page.locator("#text").fill("a draft\nof two lines")
    ann.page.keyboard.press("Control+A")
    ann.page.keyboard.press("Control+C")
    assert ann.page.evaluate(PASTED) == "a draft\nof two lines"


def test_paper_shows_all_lines_that_are_loaded(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}: " + "word " * 30 for number in range(49)))
    bob.say("\n".join(f"row {number}" for number in range(60)))
    ann = visit(viewport={"width": 1280, "height": 800}, color_scheme="dark").join("ann")
    expect(ann.page.locator("#lines > .line")).to_have_count(50)
    assert len(re.findall(rb"/Type\s*/Page\b", ann.page.pdf())) > 2
    expect(ann.page.get_by_role("button", name="Show 40 more lines")).to_be_visible()
    ann.page.emulate_media(media="print")
    ann.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    seen = ann.page.evaluate("""() => ({
        tall: document.documentElement.scrollHeight > 2 * innerHeight,
        first: document.querySelector("#lines > .line").getBoundingClientRect().top,
        rows: document.querySelector("#lines").textContent.includes("row 59"),
        ink: getComputedStyle(document.querySelector(".said")).color,
        around: [...document.querySelectorAll(".side, #composer, .actions, dialog")]
            .filter((one) => one.checkVisibility()).length,
    })""")
    assert seen["tall"]
    assert seen["rows"]
    assert 0 < seen["first"] < 200, "the first line stands below the room's name"
    assert seen["around"] == 0
    assert seen["ink"] == "rgb(0, 0, 0)"
    ann.page.emulate_media(media="screen")
    ann.page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(ann.page.get_by_role("button", name="Show 40 more lines")).to_be_visible()
    expect(ann.page.locator("#lines > .line").last).to_be_in_viewport()


def saved(ann: Visit, form: str) -> tuple[str, bytes]:
    """Return the name and the bytes of what is saved."""
    ann.page.locator("#keep-open").click()
    dialog = ann.page.locator("#keep-dialog")
    dialog.get_by_label(form).check()
    with ann.page.expect_download() as coming:
        dialog.get_by_role("button", name="Save transcript").click()
    path = coming.value.path()
    expect(dialog).to_contain_text("Saved: ")
    dialog.get_by_role("button", name="Close").click()
    return coming.value.suggested_filename, path.read_bytes()


@pytest.mark.parametrize(
    ("form", "kind", "suffix"),
    [("Text", "text", "txt"), ("Markdown", "markdown", "md"), ("JSON lines", "jsonl", "jsonl")],
)
def test_a_saved_transcript_is_what_the_hub_exports(
    visit: NewVisit, world: World, tmp_path: Path, form: str, kind: FormName, suffix: str
) -> None:
    bob = world.person("bob")
    bob.send(type="topic", room="lobby", text="lunch *at* 12")
    bob.wait("topic")
    bob.say(*(f"line {number}" for number in range(450)))
    bob.say(CODE, "*bold* <b> [x](http://e.org) ann@example.org `a` ~x~ #1", "```\nx\n````\ny")
    bob.say("waves & smiles", kind="action")
    ann = visit().join("ann")
    ann.sees("line 449")
    # Only the newest page is on the screen.
    expect(ann.page.locator("#lines > .line")).to_have_count(50)
    name, got = saved(ann, form)
    assert re.fullmatch(rf"lobby-\d{{4}}-\d\d-\d\d\.{suffix}", name)
    with closing(LogFile(tmp_path / "data")) as log:
        room = log.room("lobby")
        assert room is not None
        made = document(kind)
        parts = [made.head(room)]
        for page in read_room(log, room, 0):
            parts += [
                made.missing(one) if isinstance(one, Missing) else made.message(one) for one in page
            ]
    assert got == b"".join(parts)


def test_saving_goes_on_after_the_connection_was_lost(visit: NewVisit, world: World) -> None:
    world.person("bob").say(*(f"line {number}" for number in range(900)))
    ann = visit().join("ann")
    ann.sees("line 899")
    world.silence()
    ann.page.locator("#keep-open").click()
    dialog = ann.page.locator("#keep-dialog")
    dialog.get_by_role("button", name="Save transcript").click()
    expect(ann.page.locator("#keep-save")).to_have_attribute("aria-disabled", "true")
    world.cut()
    expect(dialog).to_contain_text("The connection was lost meanwhile. Save again to go on.")
    world.mend()
    ann.page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(ann.page.locator("#own-state")).to_have_text("Connected")
    with ann.page.expect_download() as coming:
        dialog.get_by_role("button", name="Save transcript").click()
    lines = coming.value.path().read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == [str(number) for number in range(900)]


def test_one_goes_to_a_day(visit: NewVisit, world: World) -> None:
    world.person("bob").say(*(f"line {number}" for number in range(300)))
    ann = visit().join("ann")
    ann.sees("line 299")
    ann.page.locator("#keep-open").click()
    dialog = ann.page.locator("#keep-dialog")
    day = dialog.get_by_label("Go to a day")
    expect(day).not_to_have_value("")
    day.fill("2099-01-01")
    day.evaluate("(day) => { day.max = ''; }")
    dialog.get_by_role("button", name="Go").click()
    expect(dialog).to_contain_text("Nothing was said on that day or after it.")
    day.fill("2020-02-29")
    dialog.get_by_role("button", name="Go").click()
    expect(dialog).to_be_hidden()
    expect(ann.line("line 0")).to_be_in_viewport()
    expect(ann.line("line 0")).to_be_focused()
