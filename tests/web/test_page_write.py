"""Where one writes: completion, recall, drafts, blocks, and the keyboard of a phone."""

import re

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import Locator, expect

pytest_plugins = ["page_fixtures"]

CLIPBOARD = ["clipboard-read", "clipboard-write"]
CARET = "(box) => box.selectionStart"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def box_of(visit: Visit) -> Locator:
    return visit.page.locator("#text")


def options(visit: Visit) -> Locator:
    return visit.page.get_by_role("option")


def paste(visit: Visit, text: str) -> None:
    visit.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    box_of(visit).press("Control+V")


def test_commands_are_offered_and_taken(visit: NewVisit, world: World) -> None:
    world.person("bob")
    ann = visit().join("ann")
    box = box_of(ann)
    box.press_sequentially("/")
    expect(options(ann).first).to_contain_text("/me TEXT")
    box.press_sequentially("m")
    expect(options(ann)).to_have_count(2)
    expect(ann.page.locator("#box-spoken")).to_have_text("2 suggestions.")
    box.press("ArrowDown")
    chosen = ann.page.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("/msg NICK")
    told = box.get_attribute("aria-activedescendant")
    assert chosen.get_attribute("id") == told
    box.press("Enter")
    expect(box).to_have_value("/msg ")
    # What the command takes is offered next.
    expect(options(ann)).to_have_text(["bob"])
    box.press("Tab")
    expect(box).to_have_value("/msg bob ")
    expect(ann.page.locator("#suggestions")).to_be_hidden()
    assert box.get_attribute("aria-activedescendant") is None
    box.press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text("bob")


def test_a_command_that_is_written_out_needs_one_enter(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    box = box_of(ann)
    box.press_sequentially("/who")
    expect(options(ann)).to_have_count(1)
    box.press("Enter")
    expect(ann.page.locator(".note.who")).to_contain_text("1 person is here")
    expect(box).to_have_value("")


def test_rooms_are_offered_to_join(visit: NewVisit, world: World) -> None:
    world.person("bob", "tea")
    ann = visit().join("ann")
    box_of(ann).press_sequentially("/join t")
    expect(options(ann)).to_have_text(["#tea"])
    box_of(ann).press("Tab")
    box_of(ann).press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")


def test_nicks_are_offered_after_an_at(visit: NewVisit, world: World) -> None:
    bob, _carol, bobby = world.person("bob"), world.person("carol"), world.person("bobby")
    ann = visit().join("ann")
    bobby.say("first")
    bob.say("then")
    ann.sees("then")
    box = box_of(ann)
    box.press_sequentially("hey @")
    expect(options(ann)).to_have_text(["bob", "bobby", "carol"])
    box.press("ArrowUp")
    expect(ann.page.get_by_role("option", selected=True)).to_have_text("carol")
    box.press("Escape")
    expect(options(ann)).to_have_count(0)
    # It was sent away, and does not come back for the same word.
    box.press_sequentially("bo")
    expect(options(ann)).to_have_count(0)
    box.press_sequentially(" @B")
    expect(options(ann)).to_have_text(["bob", "bobby"])
    options(ann).nth(1).click()
    expect(box).to_have_value("hey @bo @bobby ")
    expect(box).to_be_focused()
    box.press("Control+z")
    expect(box).to_have_value("hey @bo @B")


def test_enter_sends_a_mention_that_is_whole(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit().join("ann")
    box_of(ann).press_sequentially("@bob")
    expect(options(ann)).to_have_text(["bob"])
    box_of(ann).press("Enter")
    assert bob.wait("message", nick="ann")["text"] == "@bob"


def test_nothing_is_taken_while_a_word_is_composed(visit: NewVisit, world: World) -> None:
    world.person("bob")
    ann = visit().join("ann")
    box = box_of(ann)
    box.press_sequentially("@b")
    expect(options(ann)).to_have_text(["bob"])
    kept = """(box) => ["Enter", "Tab", "ArrowUp", "Escape"].flatMap((key) => [{isComposing: true},
        {keyCode: 229}].map((how) => box.dispatchEvent(new KeyboardEvent("keydown",
            {key, bubbles: true, cancelable: true, ...how}))))"""
    assert box.evaluate(kept) == [True] * 8
    expect(box).to_have_value("@b")
    expect(options(ann)).to_have_count(1)


def test_tab_completes_a_nick_and_is_no_trap(visit: NewVisit, world: World) -> None:
    world.person("bob")
    world.person("bobby")
    ann = visit().join("ann")
    box, send = box_of(ann), ann.page.get_by_label("Send")
    box.press("Tab")
    expect(send).to_be_focused()
    box.focus()
    box.press_sequentially("so bo")
    for value in ("so bob ", "so bobby ", "so bo"):
        box.press("Tab")
        expect(box).to_have_value(value)
    box.press("Tab")
    expect(send).to_be_focused()
    expect(box).to_have_value("so bo")
    box.fill("")
    box.press_sequentially("/")
    expect(options(ann).first).to_be_visible()
    box.press("Shift+Tab")
    expect(options(ann)).to_have_count(0)
    expect(ann.page.locator("#log")).to_be_focused()
    box.fill("nobody zz")
    box.press("Tab")
    expect(send).to_be_focused()
    expect(box).to_have_value("nobody zz")


def test_up_recalls_what_was_said_here(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    box = box_of(ann)
    for text in ("one", "/who", "two\nlines"):
        ann.type(text)
    ann.confirmed("two\nlines")
    for value in ("two\nlines", "/who", "one", "one"):
        box.press("ArrowUp")
        expect(box).to_have_value(value)
    for value in ("/who", "two\nlines", ""):
        box.press("ArrowDown")
        expect(box).to_have_value(value)
    # What is recalled and changed is a text like any other.
    box.press("ArrowUp")
    box.press_sequentially("!")
    box.press("ArrowUp")
    expect(box).to_have_value("two\nlines!")
    box.fill("mine")
    box.press("ArrowUp")
    expect(box).to_have_value("mine")
    box.fill("")
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    box.press("ArrowUp")
    expect(box).to_have_value("")
    ann.type("/join lobby")
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    ann.page.reload()
    ann.connected()
    box.press("ArrowUp")
    expect(box).to_have_value("/join tea")


def test_each_room_has_a_draft_that_survives(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    box, title = box_of(ann), ann.page.locator("#room-title")
    ann.type("/join tea")
    expect(title).to_have_text("#tea")
    box.press_sequentially("about tea")
    ann.page.keyboard.press("Alt+ArrowUp")
    expect(title).to_have_text("#lobby")
    expect(box).to_have_value("")
    box.press_sequentially("about the lobby")
    # At once: what was typed a moment ago is kept, too.
    ann.page.reload()
    ann.connected()
    expect(title).to_have_text("#lobby")
    expect(box).to_have_value("about the lobby")
    assert box.evaluate(CARET) == len("about the lobby")
    ann.page.keyboard.press("Alt+ArrowDown")
    expect(box).to_have_value("about tea")
    box.press_sequentially("!")
    expect(box).to_have_value("about tea!")


def test_each_paste_can_be_discarded(visit: NewVisit, world: World) -> None:
    """Also when what shows it is loaded, and hears of it before the text is there."""
    ann = visit(permissions=CLIPBOARD).join("ann")
    box, discard = box_of(ann), ann.page.locator("#block-discard")
    for _ in range(3):
        paste(ann, "pasted line\n" * 40)
        expect(discard).to_be_visible()
        box.fill("")
        expect(discard).to_be_hidden()


def test_a_paste_is_shown_as_a_block_before_it_goes(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit(permissions=CLIPBOARD).join("ann")
    box, head = box_of(ann), ann.page.locator("#block")
    code = "\n".join(f"\tline {number}" for number in range(52))
    paste(ann, "one\ntwo")
    expect(head).to_be_hidden()
    box.fill("see: ")
    paste(ann, code + "\n")
    expect(head).to_contain_text("A block of 52 lines, ")
    expect(head).to_contain_text(re.compile(rf"{len(code) + 5} bytes"))
    expect(box).to_have_class("mono")
    mark = head.get_by_role("button", name="Mark as code")
    mark.click()
    expect(box).to_have_value(f"see: \n```\n{code}\n```\n")
    head.get_by_role("button", name="Not code").click()
    expect(box).to_have_value(f"see: \n{code}\n")
    mark.click()
    head.get_by_role("button", name="Discard").click()
    expect(box).to_have_value("see: \n\n")
    head.get_by_role("button", name="Undo").click()
    expect(box).to_have_value(f"see: \n```\n{code}\n```\n")
    expect(box).to_be_focused()
    box.press("Enter")
    assert bob.wait("message", nick="ann")["text"] == f"see: \n```\n{code}\n```"
    expect(head).to_be_hidden()
    expect(box).not_to_have_class("mono")


def test_typed_lines_have_a_quiet_head(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    box, head = box_of(ann), ann.page.locator("#block")
    for key in ("a", "Shift+Enter", "b", "Alt+Enter"):
        box.press(key)
    expect(head).to_be_hidden()
    box.press("c")
    expect(box).to_have_value("a\nb\nc")
    expect(head).to_contain_text("A block of 3 lines, 5 bytes")
    expect(head.get_by_role("button")).to_have_text(["Mark as code"])
    expect(box).not_to_have_class("mono")
    box.press("Control+Enter")
    ann.sees("a\nb\nc")


def test_too_long_is_said_at_once_and_nothing_is_cut(visit: NewVisit, world: World) -> None:
    ann = visit(permissions=CLIPBOARD).join("ann")
    box, size = box_of(ann), ann.page.locator("#size")
    box.fill("x" * 27_000)
    expect(size).to_have_text("27,000 of 32,768 bytes")
    expect(ann.page.locator("#box-spoken")).to_have_text("27,000 of 32,768 bytes")
    box.fill("")
    text = "\n".join(f"line {number} of a log" for number in range(30_000))
    paste(ann, text)
    expect(ann.page.locator("#block")).to_contain_text("A block of 30,000 lines")
    expect(size).to_contain_text("too long to send")
    expect(ann.page.locator("#box-spoken")).to_contain_text("too long to send")
    assert box.input_value() == text
    # The browser does not look for it in each line, which would take seconds.
    assert box.get_attribute("dir") == "ltr"
    screen = ann.page.locator("#composer").bounding_box()
    assert screen is not None
    assert screen["height"] < 450
    box.press("Enter")
    expect(ann.page.locator("#error")).to_contain_text("Nothing was sent.")
    assert box.input_value() == text


def test_the_box_grows_to_a_bound(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    box = box_of(ann)
    heights = []
    for lines in (1, 2, 6, 40, 400):
        box.fill("\n".join(["word"] * lines))
        heights.append(box.evaluate("(box) => box.offsetHeight"))
    assert heights[0] < heights[1] < heights[2] < heights[3] == heights[4] <= 0.4 * 720
    box.fill("")
    assert box.evaluate("(box) => box.offsetHeight") == heights[0]


@pytest.mark.parametrize("place", ["#log", "#lines > .line", "body"])
def test_who_types_anywhere_writes_in_the_box(visit: NewVisit, world: World, place: str) -> None:
    bob = world.person("bob")
    ann = visit(permissions=CLIPBOARD).join("ann")
    bob.say("hello")
    ann.sees("hello")
    leave = "(one) => one === document.body ? document.activeElement.blur() : one.focus()"
    spot, box = ann.page.locator(place), box_of(ann)
    for keys, value in (("hi", "hi"), ("/m", "/m"), (" ", ""), ("Shift", "")):
        box.fill("")
        spot.evaluate(leave)
        expect(box).not_to_be_focused()
        for key in keys if len(keys) < 3 else [keys]:
            ann.page.keyboard.press(key)
        expect(box).to_have_value(value)
    spot.evaluate(leave)
    ann.page.evaluate("navigator.clipboard.writeText('pasted')")
    ann.page.keyboard.press("Control+V")
    expect(box).to_have_value("pasted")
    spot.evaluate(leave)
    ann.page.keyboard.press("?")
    expect(ann.page.locator("#help-dialog")).to_be_visible()
    ann.page.keyboard.press("x")
    expect(box).to_have_value("pasted")


def test_from_a_box_of_one_line_one_scrolls_the_log(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"number {number}" for number in range(90)))
    ann = visit().join("ann")
    ann.sees("number 89")
    box = box_of(ann)
    first, last = ann.line("number 0"), ann.line("number 89")
    expect(last).to_be_in_viewport()
    box.press("PageUp")
    expect(last).not_to_be_in_viewport()
    box.press("Control+Home")
    expect(ann.line("number 60")).not_to_be_in_viewport()
    box.press("Control+End")
    expect(last).to_be_in_viewport()
    expect(first).not_to_be_in_viewport()
    expect(box).to_be_focused()


def test_on_a_phone_the_box_stands_above_the_keyboard(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit(**PHONE)
    # A browser that lays its keyboard over the page tells of it like this.
    ann.page.add_init_script("""
        const view = new EventTarget();
        Object.assign(view, {height: 740, scale: 1});
        Object.defineProperty(window, "visualViewport", {value: view});
    """)
    ann.join("ann")
    box = box_of(ann)
    keys = "(height) => { visualViewport.height = height; \
        visualViewport.dispatchEvent(new Event('resize')); }"
    ann.page.evaluate(keys, 420)
    bottom = "document.querySelector('#composer').getBoundingClientRect().bottom"
    ann.page.wait_for_function(f"() => {bottom} <= 420")
    box.press_sequentially("@")
    expect(options(ann)).to_have_text(["bob"])
    ann.page.wait_for_function("""() => {
        const offered = document.querySelector("#suggestions").getBoundingClientRect();
        return 0 <= offered.top && offered.top < offered.bottom && offered.bottom <= 420;
    }""")
    options(ann).tap()
    expect(box).to_have_value("@bob ")
    expect(box).to_be_focused()
    ann.page.evaluate(keys, 740)
    ann.page.wait_for_function(f"() => {bottom} > 700")
    # A keyboard that tells of a line break alone.
    box.evaluate("""(box) => {
        const how = {bubbles: true, cancelable: true};
        box.dispatchEvent(new KeyboardEvent("keydown", {keyCode: 229, ...how}));
        box.dispatchEvent(new InputEvent("beforeinput", {inputType: "insertLineBreak", ...how}));
    }""")
    assert bob.wait("message", nick="ann")["text"] == "@bob"
    assert box.get_attribute("enterkeyhint") == "send"


def test_what_is_too_long_can_be_sent_as_several(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = visit(permissions=CLIPBOARD).join("ann")
    box, button = box_of(ann), ann.page.locator("#split")
    lines = [f"/{number:04} and some words behind it" for number in range(2_000)]
    text = "\n".join(lines)
    paste(ann, text)
    expect(button).to_have_text("Send as 2 messages")
    box.press("Enter")
    expect(ann.page.locator("#error")).to_contain_text("This is too long")
    expect(box).to_have_value(text)
    button.click()
    expect(box).to_have_value("")
    expect(button).to_be_hidden()
    expect(ann.page.locator("#lines > .pending")).to_have_count(0)
    expect(ann.page.locator("#lines > .line")).to_have_count(2)
    said = [bob.wait("message", nick="ann")["text"] for _ in range(2)]
    assert "\n".join(said) == text
    box.fill("short again")
    expect(button).to_be_hidden()


def test_files_and_pictures_are_refused_in_words(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    drop = """([target, type]) => {
        const data = new DataTransfer();
        data.items.add(new File(["GIF89a"], "cat.gif", {type: "image/gif"}));
        const how = {bubbles: true, cancelable: true};
        const event = type === "paste" ? new ClipboardEvent(type, {...how, clipboardData: data})
            : new DragEvent(type, {...how, dataTransfer: data});
        return document.querySelector(target).dispatchEvent(event);
    }"""
    toast = ann.page.locator("#toast")
    for target, kind in (
        ("#text", "paste"),
        ("#text", "drop"),
        ("#log", "drop"),
        ("#room-list", "drop"),
    ):
        assert not ann.page.evaluate(drop, [target, kind]), "a browser would open the file"
        expect(toast).to_contain_text("Pictures and files cannot be sent here")
        ann.page.evaluate("() => document.querySelector('#toast').replaceChildren()")
        assert not ann.page.evaluate(drop, [target, "dragover"])
    ann.type("still here")
    ann.confirmed("still here")


def test_the_box_has_its_height_again_after_a_block(visit: NewVisit, world: World) -> None:
    ann = visit(permissions=CLIPBOARD).join("ann")
    box = box_of(ann)
    height = "(box) => box.getBoundingClientRect().height"
    box.fill("one line")
    before = box.evaluate(height)
    box.fill("")
    paste(ann, "a\n  b\n  c\n")
    expect(box).to_have_class("mono")
    box.press("Enter")
    ann.sees("a\n  b\n  c")
    box.fill("one line")
    assert box.evaluate(height) == before


def test_emoji_are_offered_behind_a_colon(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    box = box_of(ann)
    box.press_sequentially("well done :tad")
    expect(options(ann).first).to_contain_text("🎉 :tada:")
    box.press("Enter")
    expect(box).to_have_value("well done 🎉 ")
    box.press_sequentially("at 10:30")
    expect(options(ann)).to_have_count(0)
    box.press("Enter")
    ann.confirmed("well done 🎉 at 10:30")


def test_a_topic_is_removed_and_since_leads_back(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(120)))
    ann = visit().join("ann")
    ann.type("/topic tea at four")
    expect(ann.page.locator("#topic")).to_have_text("tea at four")
    ann.type("/topic -")
    expect(ann.page.locator("#topic")).to_have_text("")
    expect(ann.page.locator(".note.topic").last).to_have_text("ann removed the topic.")
    ann.type("/since 1h")
    expect(ann.line("line 0")).to_be_focused()
    ann.type("/quit")
    expect(ann.page.locator(".note.notice").last).to_contain_text("Close this tab to leave")


def test_a_stranger_is_told_where_it_is_and_may_come_as_a_guest(
    visit: NewVisit, world: World
) -> None:
    world.person("bob")
    ann = visit().go()
    expect(ann.page.locator("#nick-words")).to_contain_text("can read along, and lines are kept")
    ann.page.get_by_role("button", name="Come in as a guest").click()
    ann.connected()
    expect(ann.page.locator("#own-nick")).to_have_text(re.compile(r"^guest-\d+$"))
    here = ann.page.locator(".note.here")
    expect(here).to_have_text(re.compile("^2 people are here. Everyone who is here can read along"))
    ann.page.reload()
    ann.connected()
    expect(ann.page.locator("#own-nick")).to_have_text(re.compile(r"^guest-\d+$"))
    expect(here).to_have_count(0)
