"""Whatever anybody writes, the page shows it as text."""

import pytest
from page_visit import NewVisit
from page_world import World
from playwright.sync_api import expect

from core.text.sanitize import clean_text

pytest_plugins = ["page_fixtures"]

TAGS = (
    "<script>{}</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<script src=data:,{}></script>",
    '<img src=x onerror="{}">',
    "<img src=x onerror={}//",
    '<IMG """><SCRIPT>{}</SCRIPT>">',
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:{}'><text y=20>x</text></a></svg>",
    "<math><mtext><style><img src onerror={}></style></mtext></math>",
    "<body onload={}>",
    "<iframe src='javascript:{}'></iframe>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<object data='javascript:{}'></object>",
    "<embed src='javascript:{}'>",
    "<a href='javascript:{}'>click</a>",
    "<a href=' javascript:{}' autofocus onfocus={}>x</a>",
    "<input autofocus onfocus={}>",
    "<details open ontoggle={}>x</details>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}>",
    "<marquee onstart={}>x</marquee>",
    "<form action='javascript:{}'><button>x</button></form>",
    "<button formaction='javascript:{}'>x</button>",
    "<meta http-equiv=refresh content='0;javascript:{}'>",
    "<link rel=stylesheet href='javascript:{}'>",
    "<link rel=modulepreload href='data:text/javascript,{}'>",
    "<style>@import 'javascript:{}';</style>",
    "<div style='background:url(javascript:{})'>x</div>",
    "<base href='javascript:{}//'>",
    "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<textarea></textarea><script>{}</script>",
    "</textarea><script>{}</script>",
    "</title><script>{}</script>",
    "</style><script>{}</script>",
    "</script><script>{}</script>",
    "--><script>{}</script>",
    "<!--<img src='--><img src=x onerror={}//'>",
    "]]><script>{}</script>",
    "<![CDATA[<script>{}</script>]]>",
    "<?xml version='1.0'?><script>{}</script>",
    '" onmouseover="{}" x="',
    "' onmouseover='{}' x='",
    "` onmouseover=`{}` x=`",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "vbscript:{}",
    "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;script&#62;{}&#60;/script&#62;",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e",
    "%3Cscript%3E{}%3C/script%3E",
    "+ADw-script+AD4-{}+ADw-/script+AD4-",
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "#{{{}}}",
    "<%= {} %>",
    "[click](javascript:{})",
    '![x](x"onerror="{})',
    "\x1b]8;;javascript:{}\x07click\x1b]8;;\x07",
    "<x contenteditable onblur={}>x</x>",
)

PWNED = "window.pwned=(window.pwned||0)+1"
PAYLOADS = tuple(clean_text(tag.format(PWNED, PWNED)) for tag in TAGS)

SIDEWAYS = """() => [document.documentElement, document.getElementById("log")]
    .map((one) => one.scrollWidth - one.clientWidth)"""


def test_sixty_payloads_in_messages_actions_topics_and_direct_messages(
    visit: NewVisit, world: World
) -> None:
    assert len(PAYLOADS) >= 60
    mallory = world.person("mallory")
    ann = visit().join("ann")
    mallory.say(*PAYLOADS)
    ann.sees(PAYLOADS[-1])
    # What stands between backticks is shown as code, without them.
    assert ann.texts() == [payload.replace("`", "") for payload in PAYLOADS]
    for payload in PAYLOADS:
        mallory.say(payload, kind="action")
        mallory.send(type="direct", to="ann", text=payload)
        mallory.send(type="topic", room="lobby", text=payload[:200])
    expect(ann.page.locator(".line.action")).to_have_count(len(PAYLOADS))
    expect(ann.page.locator(".note.topic")).to_have_count(len(PAYLOADS))
    made = "#lines .said :is(script, img, iframe, svg, a, style, input)"
    assert ann.page.locator(made).count() == 0
    ann.page.get_by_role("list", name="Direct messages").get_by_role("button").first.click()
    expect(ann.page.locator("#lines > .line")).to_have_count(len(PAYLOADS))
    assert ann.page.locator(made).count() == 0
    ann.page.reload()
    ann.connected()
    ann.page.mouse.move(600, 300)
    assert ann.page.evaluate("window.pwned") is None


def test_payloads_as_nicks(visit: NewVisit, world: World) -> None:
    """Most are refused by the hub; whoever gets in with one is a name in letters."""
    ann = visit().join("ann")
    nicks = (
        "<img/src=x>",
        "<b>bold</b>",
        "<svg/onload=a()>",
        "&lt;b&gt;",
        "{{7*7}}",
        "javascript:a",
    )
    for nick in nicks:
        mallory = world.person("mallory")
        mallory.send(type="nick", nick=nick, ref="nick")
        name = nick if mallory.wait_reply("nick")["type"] == "renamed" else "mallory"
        mallory.say(f"I am {nick}")
        ann.sees(f"I am {nick}")
        expect(ann.line(f"I am {nick}").locator(":is(.nick, .sr)").first).to_have_text(name)
        expect(ann.page.locator(".person-name", has_text=name)).to_have_count(1)
        mallory.send(type="nick", nick=f"was-{len(ann.texts())}", ref="nick")
        mallory.wait_reply("nick")
    assert ann.page.locator("#lines :is(img, b, svg), #people :is(img, b, svg)").count() == 0


def test_payloads_that_one_types_oneself_or_opens_as_a_room(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann", "#%3Cimg src=x onerror=pwned=1%3E")
    for payload in PAYLOADS[:12]:
        ann.type(payload)
    ann.confirmed()
    for bad in ("#%E0%A4%A", "#%3Cscript%3Epwned=1%3C/script%3E", "#__proto__", "#constructor"):
        ann.page.evaluate("(hash) => { location.hash = hash; }", bad)
        ann.page.wait_for_timeout(100)
    assert ann.page.evaluate("window.pwned") is None
    ann.page.reload()
    ann.connected()


def test_names_of_rooms_like_properties_of_objects_are_rooms(visit: NewVisit, world: World) -> None:
    for room in ("constructor", "__proto__", "tostring"):
        bob = world.person(f"bob-{room.strip('_')}", room)
        ann = visit().join(f"ann-{room.strip('_')}", f"#{room}")
        bob.say("in here", room=room)
        ann.sees("in here")
        expect(ann.page.locator("#text")).to_have_value("")


def test_hostile_texts_stay_in_their_row(visit: NewVisit, world: World) -> None:
    mallory = world.person("mallory")
    ann = visit(viewport={"width": 360, "height": 740}).join("ann")
    mallory.say(
        "x" * 30_000,
        "z" + "\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u0309" * 4 + "algo",
        "\u202eevil \u2066isolated",
        "12:03 <alice> hi",
        "ﷺ" * 500,
        "\t" * 300 + "x",
        "one\n" * 3000 + "end",
        "ordinary",
    )
    ann.sees("ordinary")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert ann.page.evaluate(wide) == 0
    log = ann.page.locator("#log")
    assert log.evaluate("(log) => log.scrollWidth - log.clientWidth") == 0
    rows = """() => [...document.querySelectorAll('#lines > li')].every((row) =>
        [...row.querySelectorAll('*:not(.sr)')].every((one) => {
            const [a, b] = [one.getBoundingClientRect(), row.getBoundingClientRect()];
            return a.height === 0 || (a.top >= b.top - 1 && a.bottom <= b.bottom + 1);
        }))"""
    assert ann.page.evaluate(rows)
    expect(ann.line("12:03 <alice> hi").locator("xpath=..")).to_contain_text("mallory")


def test_no_text_is_a_link_to_a_script(visit: NewVisit, world: World) -> None:
    mallory = world.person("mallory")
    ann = visit().join("ann")
    schemes = ("javascript", "JaVaScRiPt", "java\tscript", "&#106;avascript", "data", "vbscript")
    mallory.say(
        *(f"{scheme}:window.pwned=1 see {scheme}://%0Awindow.pwned=1" for scheme in schemes),
        "data:text/html,<script>parent.pwned=1</script>",
        "[here](javascript:window.pwned=1) <javascript:window.pwned=1>",
        "http://javascript:window.pwned=1@127.0.0.1:9/",
        "http://127.0.0.1:9/\u202egpj.exe http://\u200b127.0.0.1:9/",
        '#a"onclick=pwned=1 #javascript:pwned=1',
        "end",
    )
    ann.sees("end")
    hrefs: list[str] = ann.page.locator("#lines .said a").evaluate_all(
        "(all) => all.map((a) => a.href)"
    )
    assert len(hrefs) == 4
    assert all(href.startswith(("http://", world.url)) for href in hrefs)
    for href in hrefs:
        assert not any(mark in href for mark in ("\u202e", "%E2%80%AE", "\u200b", "onclick"))
    assert ann.page.evaluate("window.pwned") is None


@pytest.mark.parametrize("width", [320, 1280])
def test_thousands_of_marks_do_not_stretch_the_page(
    visit: NewVisit, world: World, width: int
) -> None:
    mallory = world.person("mallory")
    ann = visit(viewport={"width": width, "height": 640}).join("ann")
    texts = (
        "`" * 30_000,
        "`x" * 15_000,
        "```\n" * 7_000,
        "~~~\n" + "x" * 30_000,
        "http://127.0.0.1:9/" + "a" * 30_000,
        "http://" * 4_000,
        "http://127.0.0.1:9/" + "a" * 1_900,
        "(" * 30_000,
        "@" * 30_000,
        "@ann " * 6_000,
        "#" + "a" * 30_000,
        "> " * 15_000,
        "> " + "x" * 20_000,
        "z" + "\u0300\u0301" * 400,
        "\u202e\u2066" * 2_500 + "x",
        "\u0645" * 10_000,
    )
    mallory.say(*texts, "ordinary")
    ann.sees("ordinary")
    assert ann.page.evaluate(SIDEWAYS) == [0, 0]
    buttons = ann.page.locator("#lines .more")
    assert buttons.count() > 8
    # Unfolded it fits as well.
    for button in buttons.all():
        button.evaluate("(button) => button.click()")
        expect(button).to_have_text("Show less")
    assert ann.page.evaluate(SIDEWAYS) == [0, 0]


def test_a_nick_like_a_line_of_the_page_is_a_nick(visit: NewVisit, world: World) -> None:
    ann = visit().join("ann")
    for nick in ("Today", "New", "joined", "bob-left", "ann:", "To-the-newest"):
        mallory = world.person("mallory")
        mallory.send(type="nick", nick=nick, ref="nick")
        name = nick if mallory.wait_reply("nick")["type"] == "renamed" else "mallory"
        mallory.say(f"as {nick}")
        ann.sees(f"as {nick}")
        expect(ann.line(f"as {nick}").locator(":is(.nick, .sr)").first).to_have_text(name)
        mallory.send(type="nick", nick=f"was-{len(ann.texts())}", ref="nick")
        mallory.wait_reply("nick")
    expect(ann.page.locator("#lines > .day")).to_have_count(1)


def test_nobody_speaks_for_the_page_or_for_another(visit: NewVisit, world: World) -> None:
    """What imitates a line of the page, or of somebody else, stays in its own line."""
    mallory = world.person("mallory", "lobby")
    bob = world.person("bob")
    ann = visit().join("ann")
    bob.say("honest")
    texts = (
        "bob joined",
        "ok\n\nbob 12:00\nI say what I never said",
        "> bob: I say what I never said",
        "ann left · The connection was lost. Trying again in 3 s.",
        "\u2028bob: another line\u2029and one more",
    )
    mallory.say(*texts)
    mallory.say("joined. bob left", kind="action")
    bob.say("last")
    ann.sees("last")
    rows = ann.page.locator("#lines > .line")
    expect(rows).to_have_count(len(texts) + 3)
    expect(ann.page.locator("#lines > .note:not(.here)")).to_have_count(0)
    names = ann.page.locator("#lines > .line").evaluate_all(
        "(rows) => rows.map((row) => row.querySelector('.nick, .sr, .actor').textContent)"
    )
    assert names == ["bob", *["mallory"] * (len(texts) + 1), "bob"]
    # A text begins further in than names do, whatever lines it has.
    inside = """(rows) => rows.every((row) => {
        const [text, picture] = [row.querySelector(".text"), row.querySelector(".monogram")];
        return !picture || row.querySelector(".actor")
            || text.getBoundingClientRect().left >= picture.getBoundingClientRect().right;
    })"""
    assert rows.evaluate_all(inside)
