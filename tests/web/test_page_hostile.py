"""Whatever anybody writes, the page shows it as text."""

from page_visit import NewVisit
from page_world import World
from playwright.sync_api import expect

from core.clean import clean_text

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


def test_sixty_payloads_in_messages_actions_topics_and_direct_messages(
    visit: NewVisit, world: World
) -> None:
    assert len(PAYLOADS) >= 60
    mallory = world.person("mallory")
    ann = visit().join("ann")
    mallory.say(*PAYLOADS)
    ann.sees(PAYLOADS[-1])
    assert ann.texts() == list(PAYLOADS)
    for payload in PAYLOADS:
        mallory.say(payload, kind="action")
        mallory.send(type="direct", to="ann", text=payload)
        mallory.send(type="topic", room="lobby", text=payload[:200])
    expect(ann.page.locator(".line.action")).to_have_count(len(PAYLOADS))
    expect(ann.page.locator(".line.direct")).to_have_count(len(PAYLOADS))
    expect(ann.page.locator(".note.topic")).to_have_count(len(PAYLOADS))
    ann.page.reload()
    ann.connected()
    ann.page.mouse.move(600, 300)
    assert ann.page.evaluate("window.pwned") is None
    made = (
        "document.querySelectorAll('#lines :is(script, img, iframe, svg, a, style, input)').length"
    )
    assert ann.page.evaluate(made) == 0


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
        expect(ann.line(f"I am {nick}").locator("span[dir=auto]").first).to_have_text(name)
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
