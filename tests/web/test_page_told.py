"""Being told, choosing what, and ignoring, as a person does it in a browser."""

import pytest
from page_visit import NewVisit, Visit
from page_world import World
from playwright.sync_api import expect

pytest_plugins = ["page_fixtures"]

# What would be shown and heard is written down; the tab is looked at or not as
# the test says, since a browser without a window is always looked at.
_WATCH = """
window.told = { notes: [], closed: [], tones: 0, asked: 0, focused: true };
window.Notification = class {
  static permission = "PERMISSION";
  static async requestPermission() {
    told.asked += 1;
    return (this.permission = "ANSWER");
  }
  constructor(title, options) {
    if (told.forbidden) throw new TypeError("Illegal constructor");
    Object.assign(this, options, { title });
    told.notes.push(this);
  }
  close() { told.closed.push(this.tag); }
};
const node = { connect: (next) => next, gain: {}, frequency: {} };
for (const ramp of ["setValueAtTime", "linearRampToValueAtTime", "exponentialRampToValueAtTime"]) {
  node.gain[ramp] = () => {};
}
window.AudioContext = class {
  currentTime = 0;
  resume() {}
  createOscillator() { return { ...node, start: () => { told.tones += 1; }, stop: () => {} }; }
  createGain() { return node; }
};
document.hasFocus = () => told.focused;
told.look = (focused) => {
  told.focused = focused;
  dispatchEvent(new Event(focused ? "focus" : "blur"));
};
"""


def watched(visit: NewVisit, permission: str = "granted", answer: str = "granted") -> Visit:
    ann = visit()
    ann.page.add_init_script(_WATCH.replace("PERMISSION", permission).replace("ANSWER", answer))
    return ann


def look(ann: Visit, focused: bool) -> None:
    ann.page.evaluate("(focused) => told.look(focused)", focused)


def titles(ann: Visit) -> list[str]:
    found: list[str] = ann.page.evaluate("() => told.notes.map((note) => note.title)")
    return found


def tones(ann: Visit) -> int:
    return int(ann.page.evaluate("told.tones"))


def settings(ann: Visit) -> None:
    ann.page.get_by_role("button", name="Settings").click()
    expect(ann.page.locator("#settings-dialog")).to_be_visible()


def test_a_mention_is_told_only_to_who_looks_elsewhere(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = watched(visit).join("ann")
    bob.say("ann, one")
    ann.sees("ann, one")
    assert titles(ann) == []
    look(ann, False)
    bob.say("nothing", "ann, two")
    ann.sees("ann, two")
    ann.page.wait_for_function("() => told.notes.length > 0")
    assert titles(ann) == ["bob in #lobby"]
    assert ann.page.evaluate("told.notes[0].body") == "ann, two"
    expect(ann.page).to_have_title("(1) #lobby – Hubbub")
    look(ann, True)
    expect(ann.page).to_have_title("#lobby – Hubbub")
    ann.page.wait_for_function("() => told.closed.length > 0")
    assert ann.page.evaluate("told.closed") == ["lobby"]


def test_a_chosen_notification_leads_to_its_room(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann = watched(visit).join("ann", "#tea")
    ann.type("/join cake")
    expect(ann.page.locator("#room-title")).to_have_text("#cake")
    look(ann, False)
    bob.say("ann?", "more", room="tea")
    room = ann.page.locator(".room", has_text="tea")
    expect(room.locator(".badge")).to_have_text("@1")
    expect(room).to_have_accessible_name("#tea, 2 new lines, 1 mention of you")
    ann.page.wait_for_function("() => told.notes.length > 0")
    assert titles(ann) == ["bob in #tea"]
    ann.page.evaluate("told.notes[0].onclick()")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    ann.sees("ann?")


def test_a_direct_message_is_told(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = watched(visit).join("ann")
    look(ann, False)
    bob.send(type="direct", to="ann", text="psst", id="d1")
    ann.page.wait_for_function("() => told.notes.length > 0")
    assert titles(ann) == ["bob to you alone"]


def test_permission_is_asked_only_when_somebody_wants_it(visit: NewVisit, world: World) -> None:
    ann = watched(visit, permission="default").join("ann")
    settings(ann)
    words = ann.page.locator("#notify-words")
    allow = ann.page.get_by_role("button", name="Allow notifications")
    expect(words).to_contain_text("asks you before")
    assert ann.page.evaluate("told.asked") == 0
    allow.click()
    expect(allow).to_be_hidden()
    expect(words).to_have_text("")
    assert ann.page.evaluate("told.asked") == 1
    expect(ann.page.get_by_label("Mentions and direct messages")).to_be_focused()


def test_a_refusal_is_said(visit: NewVisit, world: World) -> None:
    ann = watched(visit, permission="default", answer="denied").join("ann")
    settings(ann)
    ann.page.get_by_label("Every line").check()
    words = ann.page.locator("#notify-words")
    expect(words).to_contain_text("This browser blocks notifications")
    ann.page.get_by_label("Nothing").check()
    expect(words).to_have_text("")


def test_where_there_can_be_no_notification_it_is_said(visit: NewVisit, world: World) -> None:
    ann = watched(visit)
    ann.page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    bob = world.person("bob")
    ann.join("ann")
    settings(ann)
    expect(ann.page.locator("#notify-words")).to_have_text(
        "Browsers show notifications only on https or localhost."
    )
    ann.page.keyboard.press("Escape")
    look(ann, False)
    bob.say("ann?")
    ann.sees("ann?")
    assert titles(ann) == []


def test_choices_hold_and_reach_other_tabs(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    ann = watched(visit).join("ann")
    settings(ann)
    ann.page.get_by_label("Every line").check()
    ann.page.get_by_label("Play a soft sound, too").check()
    ann.page.reload()
    ann.connected()
    settings(ann)
    expect(ann.page.get_by_label("Every line")).to_be_checked()
    expect(ann.page.get_by_label("Play a soft sound, too")).to_be_checked()
    other = visit(ann.context).go().page
    other.evaluate(
        """() => localStorage.setItem("hubbub.prefs", JSON.stringify({ notify: "none" }))"""
    )
    expect(ann.page.get_by_label("Nothing")).to_be_checked()
    other.evaluate("() => localStorage.removeItem('hubbub.prefs')")
    expect(ann.page.get_by_label("Mentions and direct messages")).to_be_checked()
    other.close()
    bob.close()


def test_a_sound_by_choice_once_a_second_at_most(visit: NewVisit, world: World) -> None:
    bob = world.person("bob", "lobby", "tea")
    ann = watched(visit).join("ann", "#tea")
    ann.type("/join cake")
    expect(ann.page.locator("#room-title")).to_have_text("#cake")
    badge = ann.page.locator(".room", has_text="tea").locator(".badge")
    bob.say("ann?", room="tea")
    expect(badge).to_have_text("@1")
    assert tones(ann) == 0
    settings(ann)
    ann.page.get_by_label("Play a soft sound, too").check()
    ann.page.keyboard.press("Escape")
    # The page's clock stands still, so all of this happens at once.
    ann.page.evaluate("performance.now = ((now) => () => now)(performance.now())")
    bob.say("ann!", "ann?!", room="tea")
    expect(badge).to_have_text("@3")
    # What makes it is loaded with the first.
    ann.page.wait_for_function("() => told.tones > 0")
    assert tones(ann) == 2, "one sound has two tones"
    assert titles(ann) == []


def test_the_sound_can_be_tried(visit: NewVisit, world: World) -> None:
    ann = watched(visit).join("ann")
    settings(ann)
    ann.page.get_by_role("button", name="Try the sound").click()
    ann.page.wait_for_function("() => told.tones > 0")
    assert tones(ann) == 2


def test_where_pages_may_not_notify_the_worker_does(visit: NewVisit, world: World) -> None:
    ann = watched(visit)
    ann.page.add_init_script(
        """told.forbidden = true;
        const registration = {
          active: true,
          showNotification: (title, options) => told.notes.push({ title, ...options }),
          getNotifications: async ({ tag }) => [{ close: () => told.closed.push(tag) }],
        };
        navigator.serviceWorker.getRegistration = async () => registration;"""
    )
    bob = world.person("bob")
    ann.join("ann")
    look(ann, False)
    bob.say("ann?")
    ann.page.wait_for_function("() => told.notes.length > 0")
    place = {"room": "lobby", "seq": 1, "address": f"{world.url}#lobby/1"}
    assert ann.page.evaluate("told.notes[0].data") == place
    look(ann, True)
    ann.page.wait_for_function("() => told.closed.length > 0")


def test_a_notification_of_the_worker_leads_to_its_line(visit: NewVisit, world: World) -> None:
    bob = world.person("bob")
    bob.say(*(f"line {number}" for number in range(1, 200)))
    ann = visit().join("ann")
    ann.page.evaluate("navigator.serviceWorker.ready")
    ann.page.reload()
    ann.connected()
    ann.type("/join tea")
    expect(ann.page.locator("#room-title")).to_have_text("#tea")
    # Only a person's click may bring a window to the front; the rest can be tried.
    ann.context.service_workers[0].evaluate(
        """async () => {
          const event = new Event("notificationclick");
          event.notification = { close() {}, data: { room: "lobby", seq: 20, address: "/" } };
          let done;
          event.waitUntil = (promise) => { done = promise.catch(() => {}); };
          self.dispatchEvent(event);
          await done;
        }"""
    )
    expect(ann.page.locator("#room-title")).to_have_text("#lobby")
    expect(ann.page.locator(".line:focus")).to_contain_text("line 20")


def test_the_settings_open_and_close_by_keys(visit: NewVisit, world: World) -> None:
    ann = watched(visit).join("ann")
    page = ann.page
    gear = page.get_by_role("button", name="Settings")
    gear.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mentions and direct messages")).to_be_focused()
    page.keyboard.press("Escape")
    expect(gear).to_be_focused()
    page.locator("#text").focus()
    page.keyboard.press("Control+,")
    expect(page.locator("#settings-dialog")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#text")).to_be_focused()


def test_ignored_people_are_not_seen_until_they_are_again(visit: NewVisit, world: World) -> None:
    bob, eve = world.person("bob"), world.person("eve")
    ann = watched(visit).join("ann")
    bob.say("before")
    ann.sees("before")
    ann.type("/ignore BOB")
    expect(ann.line("before")).to_have_count(0)
    look(ann, False)
    bob.say("ann, listen")
    bob.send(type="direct", to="ann", text="psst", id="d1")
    eve.say("hello")
    ann.sees("hello")
    assert ann.texts() == ["hello"]
    assert titles(ann) == []
    expect(ann.page).to_have_title("(1) #lobby – Hubbub")
    person = ann.page.locator("#people-list li", has_text="bob")
    expect(person).to_contain_text("ignored")
    look(ann, True)
    ann.page.reload()
    ann.connected()
    ann.sees("hello")
    assert ann.texts() == ["hello"]
    settings(ann)
    ann.page.get_by_role("button", name="Show BOB again").click()
    expect(ann.page.locator("#ignored-none")).to_be_visible()
    expect(ann.page.locator("#ignored-title")).to_be_focused()
    ann.page.keyboard.press("Escape")
    ann.sees("ann, listen")
    expect(person).not_to_contain_text("ignored")


def test_coming_and_going_is_one_line_that_opens(visit: NewVisit, world: World) -> None:
    ann = watched(visit).join("ann")
    people = [world.person(f"p{number}") for number in range(6)]
    presence = ann.page.locator(".presence")
    expect(presence).to_have_count(1)
    total = presence.get_by_role("button", name="6 people joined")
    total.click()
    expect(presence.locator(".moved")).to_contain_text("p0 joined")
    people[0].send(type="leave", room="lobby")
    expect(presence.get_by_role("button", name="5 people joined")).to_be_visible()
    expect(presence.locator(".moved")).not_to_contain_text("p0")
    presence.get_by_role("button").press("Enter")
    expect(presence.locator(".moved")).to_be_hidden()
    settings(ann)
    ann.page.get_by_label("Show who comes and goes").uncheck()
    expect(presence).to_have_count(0)


def test_forgetting_takes_a_second_word(visit: NewVisit, world: World) -> None:
    ann = watched(visit).join("ann")
    settings(ann)
    page = ann.page
    sure = page.get_by_role("button", name="Forget all of it")
    expect(sure).to_be_hidden()
    page.get_by_role("button", name="Forget what this browser keeps").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.get_by_role("button", name="Keep it").click()
    expect(sure).to_be_hidden()
    page.get_by_role("button", name="Forget what this browser keeps").click()
    # The page loads anew; a context that is closed meanwhile may never be.
    with page.expect_navigation():
        sure.click()
    expect(page.locator("#settings-dialog")).to_be_hidden()
    expect(page.locator("#nick-dialog")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_settings_fit(visit: NewVisit, world: World, width: int) -> None:
    ann = visit(viewport={"width": width, "height": 640}).join("ann")
    ann.type("/ignore " + "w" * 24)
    if width < 680:
        ann.page.get_by_role("button", name="Show the rooms").click()
    settings(ann)
    dialog = ann.page.locator("#settings-dialog")
    ann.page.get_by_role("button", name="Forget what this browser keeps").click()
    assert dialog.evaluate("(one) => one.scrollWidth - one.clientWidth") == 0
    ann.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # Escape closed the dialog alone, and one is where one was.
    expect(ann.page.get_by_role("button", name="Settings")).to_be_focused()
