"""How what somebody said is shown: links, code, folds, mentions, directions, colours."""

import re

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import Locator, expect

pytest_plugins = ["page_fixtures"]

FENCE = "```"


def last(ann: Visit) -> Locator:
    return ann.page.locator("#lines > .line").last


# What a person sees of a text: its type, its ink, and how wide one of its letters is.
TYPE = """(said) => {
    const part = said.querySelector("p, blockquote") ?? said;
    const style = getComputedStyle(part);
    const range = document.createRange();
    range.selectNodeContents(part);
    return {
        mono: style.fontFamily.includes("mono"), ink: style.color, display: style.display,
        height: Math.round(range.getBoundingClientRect().height), tab: style.tabSize,
    };
}"""

TRACEBACK = 'Traceback:\n  File "a.py", line 1, in <module>\n    go()\nKeyError'


def test_what_has_columns_keeps_them_in_full_ink(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    ink = ann.page.evaluate("() => getComputedStyle(document.body).color")
    bob.say("one line")
    plain = last(ann).locator(".said").evaluate(TYPE)
    assert not plain["mono"]
    for text, mono in (
        ("one\ntwo", False), (TRACEBACK, True), ("if a:\n  go", True), ("a     b", True),
    ):  # fmt: skip
        bob.say(text)
        said = last(ann).locator(".said")
        expect(said).to_have_text(text, use_inner_text=False)
        seen = said.evaluate(TYPE)
        assert seen["mono"] is mono, text
        assert seen["ink"] == plain["ink"] == ink
        assert said.evaluate("(said) => said.textContent") == text
        assert seen["height"] >= 16 * len(text.split("\n")), "its lines stand below each other"
    # A tab leads to where a terminal's tab leads.
    assert seen["tab"] == "8"
    ann.type(TRACEBACK)
    ann.confirmed()
    assert last(ann).locator(".said").evaluate(TYPE)["mono"]


def test_links_lead_out_and_leave_nothing_behind(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("see (http://127.0.0.1:9/a_(b)), or mailto:bob@example.org. Not www.example.org")
    links = last(ann).locator(".said a")
    expect(links).to_have_text(["http://127.0.0.1:9/a_(b)", "mailto:bob@example.org"])
    expect(links.first).to_have_attribute("href", "http://127.0.0.1:9/a_(b)")
    expect(links.first).to_have_attribute("rel", "noopener noreferrer")
    expect(links.first).to_have_attribute("target", "_blank")
    bob.say("http://example.org@evil.example/")
    expect(ann.page.get_by_title("Leads to evil.example")).to_be_visible()


def test_a_room_that_is_named_can_be_opened(visit: NewVisit, world: World) -> None:
    world.person("carol", "tea").say("hello in here", room="tea")
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("the kettle is in #tea, see #1")
    link = last(ann).locator(".said a")
    expect(link).to_have_text("#tea")
    link.click()
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.sees("hello in here")
    assert len(ann.context.pages) == 1


def test_code_keeps_its_signs_and_can_be_copied(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit(permissions=["clipboard-read", "clipboard-write"]).join("ann")
    code = "def f(a):\n\treturn a * 2  # @ann http://example.org"
    bob.say(f"use `*x*` here:\n{FENCE}python\n{code}\n{FENCE}\ndone")
    line = last(ann)
    expect(line.locator("p code")).to_have_text("*x*")
    expect(line.locator("p")).to_have_text(["use *x* here:", "done"])
    assert line.locator("pre").evaluate("(pre) => pre.textContent") == code
    expect(line.locator("pre a, pre .mention")).to_have_count(0)
    expect(line.get_by_text("python", exact=True)).to_be_visible()
    button = line.locator(".copy")
    expect(button).to_have_text("Copy")
    button.focus()
    ann.page.keyboard.press("Enter")
    expect(line.get_by_role("status")).to_have_text("Copied")
    expect(button).to_have_text("Copied")
    assert ann.page.evaluate("navigator.clipboard.readText()") == code
    expect(button).to_have_text("Copy")
    expect(button).to_be_focused()


def test_code_is_copied_where_there_is_no_clipboard_for_pages(
    visit: NewVisit, world: World
) -> None:
    """Over plain http browsers give pages none."""
    bob = world.person("bob")
    ann = visit()
    ann.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    ann.join("ann")
    # Below another line of bob's, so that the bar of the line stands beside the button.
    bob.say("look", f"{FENCE}\none\ntwo\n{FENCE}")
    last(ann).hover()
    last(ann).locator(".copy").click()
    expect(last(ann).get_by_role("status")).to_have_text("Copied")
    ann.page.locator("#text").focus()
    ann.page.keyboard.press("Control+V")
    expect(ann.page.locator("#text")).to_have_value("one\ntwo")
    expect(ann.page.locator("body > textarea")).to_have_count(0)


def test_a_long_block_is_folded_and_unfolded(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    text = f"{FENCE}\n" + "\n".join(f"row {number}" for number in range(71)) + f"\n{FENCE}"
    bob.say(text, "below")
    ann.sees("below")
    line = ann.page.locator(".line", has=ann.page.locator("pre"))
    code = line.locator("pre")
    assert code.evaluate("(pre) => pre.textContent.split('\\n').length") == 19
    button = line.get_by_role("button", name="Show 53 more lines")
    button.focus()
    ann.page.keyboard.press("Enter")
    less = line.get_by_role("button", name="Show less")
    expect(less).to_be_focused()
    expect(code).to_contain_text("row 70")
    bob.say("new")
    ann.sees("new")
    expect(code).to_contain_text("row 70")
    less.click()
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport()
    expect(code).not_to_contain_text("row 70")
    bob.say("word " * 2_000)
    more = last(ann).locator(".more")
    expect(more).to_have_text(re.compile(r"^Show [67],\d{3} more characters$"))
    more.click()
    expect(more).to_have_text("Show less")


def test_a_line_that_names_one_is_marked(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("hi Ann", "annie", "`ann`", "ask @ann or @carol", "bye")
    ann.sees("bye")
    expect(ann.page.locator(".mentioned .said")).to_have_text(["hi Ann", "ask @ann or @carol"])
    expect(ann.page.locator(".you-named")).to_have_text(["Ann", "@ann"])
    ann.type("I am ann")
    ann.confirmed("I am ann")
    expect(ann.page.locator(".mentioned")).to_have_count(2)
    ann.type("/nick annie")
    expect(ann.page.locator(".mentioned .said")).to_have_text(["annie"])


def test_the_mark_is_seen_with_forced_colours(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit(forced_colors="active").join("ann")
    bob.say("hi ann")
    expect(ann.page.locator(".mentioned")).to_be_visible()
    bar = "(row) => getComputedStyle(row, '::before').borderInlineStartWidth"
    assert ann.page.locator(".mentioned").evaluate(bar) == "3px"


def test_each_line_of_a_text_has_its_own_direction(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say(f"first\nשלום עולם\nlast\n{FENCE}\nשלום = 1\n{FENCE}\n> مرحبا")
    side = """(part, at) => {
        const range = document.createRange();
        const node = part.firstChild;
        const from = at === null ? 0 : node.data.indexOf(at);
        range.setStart(node, from);
        range.setEnd(node, from + (at ?? node.data).length);
        const block = part.closest("p, pre, blockquote");
        const [text, box] = [range.getBoundingClientRect(), block.getBoundingClientRect()];
        return text.left - box.left < box.right - text.right ? "left" : "right";
    }"""
    line = last(ann)
    words = line.locator("p")
    places = [words.evaluate(side, text) for text in ("first", "שלום עולם", "last")]
    assert places == ["left", "right", "left"]
    assert line.locator("pre code").evaluate(side, None) == "left"
    assert line.locator("blockquote").evaluate(side, None) == "right"


def test_signs_that_are_pictures_are_as_large_as_text(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("🎉", "text")
    ann.sees("text")
    sizes = "(said) => [...said].map((one) => getComputedStyle(one).fontSize)"
    assert len(set(ann.page.locator(".said").evaluate_all(sizes))) == 1


RATIOS = """([colours, grounds]) => {
    // One pixel of a canvas tells what any notation of a colour comes to.
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const light = (...colours) => {
        for (const colour of colours) {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
        }
        const linear = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const page = getComputedStyle(document.body).backgroundColor;
    const found = {};
    for (const ground of grounds) {
        for (const colour of colours) {
            const row = document.createElement("li");
            const one = document.createElement("span");
            one.className = colour;
            row.className = "line";
            row.append(one);
            document.getElementById("lines").append(row);
            row.style.background = ground;
            const { backgroundColor: own, color } = getComputedStyle(one);
            const behind = [page, getComputedStyle(row).backgroundColor, own];
            const [a, b] = [light(...behind, color), light(...behind)];
            found[`${colour} on ${ground}`] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            row.remove();
        }
    }
    return found;
}"""

COLOURS = [f"nick hue-{number}" for number in range(12)] + [
    *(f"monogram hue-{number}" for number in range(12)),
    "mention",
    "mention you-named",
    "more",
]
GROUNDS = [
    "var(--page)",
    "var(--side)",
    "color-mix(in srgb, var(--hover) 45%, transparent)",
    "var(--hover)",
    "var(--warm-soft)",
    "color-mix(in srgb, var(--hover) 35%, var(--warm-soft))",
    "var(--accent-soft)",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_name_can_be_read_on_every_ground(visit: NewVisit, world: World, scheme: str) -> None:
    ann = visit(color_scheme=scheme).join("ann")
    ratios: dict[str, float] = ann.page.evaluate(RATIOS, [COLOURS, GROUNDS])
    assert len(ratios) == len(COLOURS) * len(GROUNDS)
    assert len(set(ratios.values())) > len(ratios) / 3
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
