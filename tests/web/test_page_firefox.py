"""The page's main paths in Firefox, the other browser engine that Debian has."""

from collections.abc import Iterator

import pytest
from firefox import BACK, ENTER, Firefox, Tab, running_firefox
from page_world import World

pytest_plugins = ["page_fixtures"]

TEXTS = "[...document.querySelectorAll('#lines .said')].map((one) => one.textContent)"


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with running_firefox(tmp_path_factory.mktemp("firefox")) as firefox:
        yield firefox


@pytest.fixture
def ann(firefox: Firefox) -> Tab:
    return firefox.person()


def join(ann: Tab, world: World, place: str = "") -> None:
    ann.go(world.url + place)
    ann.sees("document.activeElement.id", "nick")
    ann.type("ann" + ENTER)
    connected(ann)


def connected(ann: Tab) -> None:
    ann.says("#own-state", "Connected")
    ann.sees("document.querySelector('#text').disabled", False)


def say(ann: Tab, text: str) -> None:
    ann.click("#text")
    ann.type(text + ENTER)


def test_joining_and_talking_both_ways(ann: Tab, world: World) -> None:
    bob = world.person("bob")
    join(ann, world)
    bob.say("hello from nc", "a `word` and https://example.org/")
    ann.says(".said", "hello from nc")
    ann.says(".said code", "word")
    ann.sees("document.querySelector('.said a').rel", "noopener noreferrer")
    ann.click("#text")
    ann.type("hello,")
    ann.type(ENTER, shift=True)
    ann.type("bob" + ENTER)
    assert bob.wait("message", nick="ann")["text"] == "hello,\nbob"
    ann.sees("document.querySelectorAll('.pending').length", 0)


def test_history_comes_by_scrolling_and_the_place_is_kept(ann: Tab, world: World) -> None:
    world.person("bob").say(*(f"line {number}" for number in range(1, 401)))
    join(ann, world)
    ann.says(".said", "line 400")
    first, read = ann.run(TEXTS)[0], ann.run(TEXTS)[4]
    place = f"""(() => Math.round([...document.querySelectorAll('.said')].find(
        (one) => one.textContent === '{read}').getBoundingClientRect().top))()"""
    before = ann.run(f"[document.querySelector('#log').scrollTop = 0, {place}][1]")
    ann.sees(f"document.querySelector('.said').textContent !== '{first}'")
    assert abs(ann.run(place) - before) <= 1


def test_a_cut_network_loses_nothing(ann: Tab, world: World) -> None:
    bob = world.person("bob")
    join(ann, world)
    world.cut()
    ann.says("#link-button", "Connect now")
    say(ann, "said while away")
    ann.says(".pending .state", "not sent yet")
    bob.say("missed")
    world.mend()
    ann.click("#link-button")
    ann.says(".said", "missed")
    ann.sees("document.querySelectorAll('.pending').length", 0)
    assert bob.history() == ["missed", "said while away"]


def test_rooms_and_lines_by_address_and_search(ann: Tab, world: World) -> None:
    world.person("bob", "tea").say(*(f"cup {number}" for number in range(1, 200)), room="tea")
    join(ann, world, "#tea/42")
    ann.says("#room-title", "#tea")
    ann.says(".aimed .said", "cup 42")
    say(ann, "/search cup 199")
    ann.click(".hit")
    ann.says(".aimed .said", "cup 199")
    assert ann.run("location.hash") == "#tea/199"
    ann.go("")
    connected(ann)
    ann.says("#own-nick", "ann")


def test_a_draft_and_what_was_not_sent_survive_a_reload(ann: Tab, world: World) -> None:
    bob = world.person("bob")
    join(ann, world)
    world.cut()
    ann.says("#link-button", "Connect now")
    say(ann, "not sent before")
    ann.type("a draft?" + BACK)
    ann.says(".pending .said", "not sent before")
    world.mend()
    ann.go("")
    connected(ann)
    ann.sees("document.querySelectorAll('.pending').length", 0)
    ann.sees("document.querySelector('#text').value", "a draft")
    assert bob.history() == ["not sent before"]


def test_hostile_text_is_text(ann: Tab, world: World) -> None:
    bob = world.person("bob")
    join(ann, world)
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3)"
    bob.say(hostile, "x" * 30_000)
    ann.says(".said", hostile)
    assert ann.run("document.querySelectorAll('#lines img, #lines script, .said a').length") == 0
    root = "document.documentElement"
    ann.sees(f"{root}.scrollWidth - {root}.clientWidth", 0)


def test_a_passphrase_is_asked_for_and_a_link_brings_it(ann: Tab, world: World) -> None:
    world.ask_for("k7mq-2xfd-9wht")
    ann.go(world.url)
    ann.sees("Boolean(document.querySelector('#pass')?.checkVisibility())")
    ann.click("#nick")
    ann.type("ann")
    ann.click("#pass")
    ann.type("k7mq2xfd9wht" + ENTER)
    connected(ann)
    world.ask_for("another one & more")
    ann.says("#nick-title", "The passphrase of this hub")
    ann.run("location.hash = '#tea&pass=another%20one%20%26%20more'")
    connected(ann)
    ann.says("#room-title", "#tea")
    ann.sees("location.hash", "#tea")
