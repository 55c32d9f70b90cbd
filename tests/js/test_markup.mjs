import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { marked } from "../../static/js/text/marked.js";
import { LINK_LIMIT, mentions, tokens } from "../../static/js/text/markup.js";

/** The pieces of a text of one block, in short: what is not text, as kind:shown. */
function found(text, nick = "") {
  return tokens(text, { nick }).flatMap((block) => block.tokens ?? [])
    .filter((piece) => piece.kind !== "text").map((piece) => `${piece.kind}:${piece.text}`);
}

/** The blocks of a text, in short. */
function blocks(text) {
  return tokens(text).map((block) => [
    block.kind, block.text ?? block.tokens.map((piece) => piece.text).join(""),
  ]);
}

/** Everything that stands in the text stands in the pieces, in order. */
function whole(text, nick) {
  const made = tokens(text, { nick });
  assert.equal(made.map((block) => block.source).join(""), text);
  for (const [place, { kind, source, tokens: pieces }] of made.entries()) {
    if (kind === "fence") continue;
    // Between two blocks the end of a line is not shown.
    const inner = place < made.length - 1 ? source.slice(0, -1) : source;
    const expected = kind === "text" ? inner : inner.replace(/^> ?/gmu, "");
    assert.equal(pieces.map((piece) => piece.source).join(""), expected);
    for (const piece of pieces) assert.ok(piece.source.includes(piece.text));
  }
}

test("links are what people mean by them", () => {
  const cases = {
    "see http://example.org.": ["link:http://example.org"],
    "(see https://example.org/a_(b))": ["link:https://example.org/a_(b)"],
    "[x](http://example.org/y), then": ["link:http://example.org/y"],
    "<http://example.org/>": ["link:http://example.org/"],
    "HTTP://EXAMPLE.ORG/?q=1&r=[2]!": ["link:HTTP://EXAMPLE.ORG/?q=1&r=[2]"],
    "http://127.0.0.1:8080/#room/12, http://[::1]/": ["link:http://127.0.0.1:8080/#room/12", "link:http://[::1]/"],
    "mailto:ann@example.org?subject=x": ["link:mailto:ann@example.org?subject=x"],
    "http://例え.jp/道。": ["link:http://例え.jp/道"],
    "「http://example.org」": ["link:http://example.org"],
    "（http://x.org/a）です。http://x.org/b、http://x.org/c。次": ["link:http://x.org/a", "link:http://x.org/b", "link:http://x.org/c"],
    "『https://x.org/?q=1』！": ["link:https://x.org/?q=1"],
    "www.example.org ann@example.org ftp://example.org": [],
    "xhttp://example.org http:// http://. https://?": [],
    "mailto: mailto:ann mailto:@": [],
  };
  for (const [text, expected] of Object.entries(cases)) assert.deepEqual(found(text), expected, text);
});

test("nothing but http, https and mailto is a link", () => {
  for (const text of [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)",
    "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "blob:x", "about:blank", "//example.org",
    "httpſ://example.org", "http:javascript:alert(1)", "http://\u202egro.elpmaxe", "http://\u200bexample.org",
  ]) assert.deepEqual(found(text), [], text);
  const [{ tokens: [link] }] = tokens("http://javascript:alert(1)@example.org/");
  assert.equal(link.host, "example.org");
});

test("a link is shown as it is, ends where something hides, and says where else it leads", () => {
  const [, link] = tokens("to http://example.org/\u202egpj.exe")[0].tokens;
  assert.equal(link.text, "http://example.org/");
  const hosts = (text) => tokens(text)[0].tokens[0].host;
  assert.equal(hosts("http://example.org@evil.example/"), "evil.example");
  assert.equal(hosts("http://аррӏе.com/xn--80ak6aa92e.com"), "xn--80ak6aa92e.com");
  assert.equal(hosts("http://2130706433/"), "127.0.0.1");
  assert.equal(hosts("http://example.org"), "");
  assert.equal(hosts("https://Example.org:443/x"), "");
  assert.deepEqual(found(`http://example.org/${"a".repeat(LINK_LIMIT)}`), []);
});

test("code stands between backticks of one line, as many as it likes", () => {
  const cases = {
    "a `b` c": ["code:b"],
    "``a`b`` and ` c": ["code:a`b"],
    "`` `a ``": ["code:`a"],
    "`a\nb`": [],
    "```one``` line": ["code:one"],
    "`http://example.org` `@ann` `#tea`": ["code:http://example.org", "code:@ann", "code:#tea"],
    "*bold* _it_ **x** a_b_c": [],
  };
  for (const [text, expected] of Object.entries(cases)) assert.deepEqual(found(text, "ann"), expected, text);
});

test("fences hold code, with a word of its language or none, closed or not", () => {
  assert.deepEqual(blocks("look:\n```js\nlet `x`;\n\n> 1\n```\nso"), [
    ["text", "look:"], ["fence", "let `x`;\n\n> 1"], ["text", "so"],
  ]);
  assert.equal(tokens("```js\nx\n```")[0].language, "js");
  assert.equal(tokens("```\nx\n```")[0].language, "");
  assert.deepEqual(blocks("~~~\n```\nx\n~~~"), [["fence", "```\nx"]]);
  assert.deepEqual(blocks("````\n```\nx\n````"), [["fence", "```\nx"]]);
  assert.deepEqual(blocks("```\nnever closed\n"), [["fence", "never closed\n"]]);
  assert.deepEqual(blocks("```def f():\n  return 1```"), [["fence", "def f():\n  return 1"]]);
  assert.deepEqual(blocks("```\n\tx\n```"), [["fence", "\tx"]]);
  for (const none of ["```", "```js", "```\n```", "~~~ a wave ~~~ of\nwater"]) {
    assert.equal(tokens(none)[0].kind, "text", none);
  }
});

test("quotes are lines that begin with > and a space", () => {
  assert.deepEqual(blocks("> one\n>\n> two\nthree\n>four\n-> five"), [
    ["quote", "one\n\ntwo"], ["text", "three\n>four\n-> five"],
  ]);
  assert.deepEqual(blocks("a\nb\n\nc"), [["text", "a\nb\n\nc"]]);
});

test("who is named is what the terminal and text mode say", () => {
  const cases = JSON.parse(readFileSync(new URL("../support/mentions.json", import.meta.url), "utf8"));
  assert.ok(cases.length > 100);
  for (const [text, nick, named] of cases) assert.equal(mentions(text, nick), named, `${nick} in ${text}`);
  assert.ok(!mentions("anything", ""));
  for (const text of ["@all", "hello @here!", "(@ALL)", "> quoted\n@all"]) assert.ok(mentions(text, "ann"), text);
  for (const text of ["all", "here", "@allison", "me@all.example", "@all-hands", "`@all`", "https://x.org/@all"]) {
    assert.ok(!mentions(text, "ann"), text);
  }
  assert.deepEqual(found("@all and @bob", "ann"), ["mention:@all", "mention:@bob"]);
});

test("others and rooms are found where they are meant", () => {
  assert.deepEqual(found("@bob. and @zoë-x, bob", "ann"), ["mention:@bob", "mention:@zoë-x"]);
  assert.deepEqual(found("@@@@ @ x@y @-", "ann"), []);
  const [own, , other] = tokens("@Ann @bob", { nick: "ann" })[0].tokens;
  assert.deepEqual([own.own, other.own], [true, false]);
  assert.deepEqual(found("#tea. #Tea/12, (#no) a#b #1 ## #tea/x #ops-2/7b"), [
    "room:#tea", "room:#Tea/12", "room:#tea", "room:#ops-2",
  ]);
  const hrefs = tokens("#Größe/12 #tea")[0].tokens.filter((piece) => piece.href).map((piece) => piece.href);
  assert.deepEqual(hrefs, ["#gr%C3%B6%C3%9Fe/12", "#tea"]);
  assert.deepEqual(found(`#${"a".repeat(49)}`), []);
});

test("a room's name is linked whole, or a click would make another room", () => {
  assert.deepEqual(found("#c++, #c++ #c# #f(x) #a+b. #rock'n'roll! #tea's (#no) #b) #x: #y? #z…"), [
    "room:#c++", "room:#c++", "room:#c#", "room:#f(x)", "room:#a+b", "room:#rock'n'roll", "room:#tea",
    "room:#b", "room:#x", "room:#y", "room:#z",
  ]);
  assert.deepEqual(found("#茶室、#喫茶。#c++/12 #a|b"), ["room:#茶室", "room:#喫茶", "room:#c++/12", "room:#a"]);
  assert.deepEqual(found(`#${"🙂a".repeat(24)} #a${"🙂".repeat(40)}`), [`room:#a${"🙂".repeat(40)}`]);
  assert.equal(tokens("#c++/12")[0].tokens[0].href, "#c%2B%2B/12");
  assert.deepEqual(found("ask @c++. or @bob+"), ["mention:@c++", "mention:@bob+"]);
});

test("nothing is lost or made up, whatever the text", () => {
  const parts = [
    "`", "``", "```", "\n", "\n", "~~~", "> ", ">", " ", "ann", "@", "@ann", "#", "#tea", "/1", "http://", "https://a.b",
    "mailto:a@b", "(", ")", "[", "]", ".", "…", "'", "\\", "x", "é", "🙂", "\ud83d", "\u202e", "\u200b", "小", "\t", "*",
  ];
  let seed = 1;
  const random = (most) => {
    seed = Math.imul(seed, 48_271) % 0x7fffffff;
    return Math.abs(seed) % most;
  };
  for (let round = 0; round < 3_000; round += 1) {
    whole(Array.from({ length: random(30) }, () => parts[random(parts.length)]).join(""), "ann");
  }
});

/** How often `work` lets regular expressions run, which is what a text could multiply. */
function runs(work) {
  const { exec } = RegExp.prototype;
  let count = 0;
  RegExp.prototype.exec = function counted(...given) {
    count += 1;
    return exec.apply(this, given);
  };
  try {
    work();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return count;
}

const HOSTILE = [
  "(", ")", "[]", "`", "` ", "`` ` ", "```\n", "~~~\n", "http://", "http://[ ", "http://a) ", "mailto:", "@", "@a.", "@ann",
  "ann ", "ann-", "#", "#a ", "#a/", "> ", ">\n", ".", "a", "小", "e\u0301", "```" + " ".repeat(50), "\u202e",
];

test("the work grows with the text, not faster", () => {
  for (const part of HOSTILE) {
    const text = (length) => part.repeat(Math.ceil(length / part.length));
    whole(text(2_000), "ann");
    const [one, eight] = [4_000, 32_000].map((length) => runs(() => tokens(text(length), { nick: "ann" })));
    assert.ok(eight <= one * 9 + 100, `${JSON.stringify(part)}: ${one} and ${eight}`);
  }
});

test("no hostile text takes much longer than a harmless one", () => {
  const took = (text) => {
    // The processor's time: others may use it meanwhile.
    const began = process.cpuUsage();
    tokens(text, { nick: "ann" });
    mentions(text, "ann");
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  };
  // Eight times the text may take eight times as long; the square would be 64.
  const best = (text) => Math.min(...Array.from({ length: 5 }, () => took(text)));
  const odd = [
    ...HOSTILE.map((part) => part.repeat(32_000 / part.length)),
    `http://a/${")".repeat(32_000)}`, `http://a/${"(".repeat(16_000)}${")".repeat(16_000)}`,
    Array.from({ length: 250 }, (_, place) => "`".repeat(place + 1)).join(" "),
    `\`\`\`a${" ".repeat(31_000)}b`, `@${"a.".repeat(16_000)}`, `#${"a.".repeat(16_000)}`, "ann ".repeat(8_000),
  ];
  for (const text of odd) {
    const [part, all] = [best(text.slice(0, text.length / 8)), best(text)];
    assert.ok(all < part * 24 + 20, `${JSON.stringify(text.slice(0, 12))}: ${part} and ${all}`);
  }
});

test("hits are marked in whatever case, within words, and all of them", () => {
  const hits = (text, ...words) => marked(text, words).filter((piece) => piece.hit).map((piece) => piece.text);
  assert.deepEqual(hits("A tea, some TEA and steam", "tea"), ["tea", "TEA", "tea"]);
  assert.deepEqual(hits("teapot", "tea", "teapot", "pot"), ["teapot"]);
  assert.deepEqual(hits("Straße, STRASSE, ΣΟΦΟΣ σοφος", "strasse", "σοφοσ"), ["Straße", "STRASSE", "ΣΟΦΟΣ", "σοφος"]);
  assert.deepEqual(hits("🙂x🙂", "🙂"), ["🙂", "🙂"]);
  assert.deepEqual(hits("a.b axb (", "a.b", "("), ["a.b", "("]);
  assert.deepEqual(marked("nothing", []), [{ text: "nothing", hit: false }]);
  assert.deepEqual(marked("", ["x"]), []);
  for (const text of ["İstanbul ﬁn", "x".repeat(99), "🙂".repeat(9)]) {
    assert.equal(marked(text, ["i", "x", "🙂"]).map((piece) => piece.text).join(""), text);
  }
});
