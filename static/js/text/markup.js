/**
 * The parts of a text: fences, quotes, links, code, mentions, rooms.
 *
 * It knows no elements: textview.js makes them. Each piece has `source`, what
 * stands in the text, and `text`, what is shown of it; the sources together are
 * the text again. The time is linear in the text's length whatever the text: each
 * pattern below consumes what it has looked at, or looks no further than a nick is
 * long.
 */

/**
 * @typedef {{ kind: "text" | "code", source: string, text: string }
 *   | { kind: "link", source: string, text: string, href: string, host: string }
 *   | { kind: "mention", source: string, text: string, own: boolean }
 *   | { kind: "room", source: string, text: string, href: string }
 * } Piece
 * @typedef {{ kind: "text" | "quote", source: string, tokens: Piece[] }} Prose
 * @typedef {{ kind: "fence", source: string, language: string, text: string }} Fence
 * @typedef {Prose | Fence} Block
 */

/**
 * A block while it is read: its lines without their marks.
 *
 * @typedef {["text" | "quote" | "fence", number, { content: string[], language?: string }]} Found
 * @typedef {{ nick: string | null, own: RegExp | null, pieces: RegExp }} Patterns
 */

import { namePattern } from "./naming.js";

/** No browser's address bar takes more with certainty, and no person reads more. */
export const LINK_LIMIT = 2_048;
export const ROOM_LIMIT = 48;

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/u;
const LANGUAGE = /^[\p{L}\p{N}+#._-]{1,24}$/u;
const QUOTE = /^> ?/u;

// Scripts that put no space between words: their letters beside a name do not
// make it another word.
const DENSE = "[\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}]";
const LETTER = `(?:(?!${DENSE})[\\p{L}\\p{N}\\p{M}_])`;
// Brackets, stops and quotation marks of scripts that put no space between words.
const WIDE = "\\u3001-\\u3003\\u3008-\\u3011\\u3014-\\u301f\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65";
// White space ends a link, and so does what hides or turns around what follows.
const LINK = `(?<!${LETTER})(?:https?://|mailto:)[^\\s<>"\`\\\\\\p{C}\\p{Z}${WIDE}]+`;
const OTHER = `(?<![\\p{L}\\p{N}\\p{M}_.@-])@[\\p{L}\\p{N}_][\\p{L}\\p{N}\\p{M}_.+-]*`;
// What the hub takes for a room's name (core/text/names.py), as long as it begins with a letter.
const ROOM = `(?<![^\\s${WIDE}])#\\p{L}[^\\s<>|,"/\`\\\\\\p{C}\\p{Z}${WIDE}]*(?:/[1-9]\\d{0,14}(?![\\p{L}\\p{N}_]))?`;

const AFTER_LINK = /[.,;:!?'*…‘’“”«»]/u;
/** @type {Record<string, string>} */
const OPENING = { ")": "(", "]": "[", "}": "{" };

/** @type {Patterns} */
let patterns = { nick: null, own: null, pieces: /(?!)/u };

/**
 * Return the patterns for a nick; those of the last one are kept.
 * @param {string} nick
 * @returns {Patterns}
 */
function patternsFor(nick) {
  if (patterns.nick === nick) return patterns;
  const own = namePattern(nick);
  patterns = {
    nick,
    own: own ? new RegExp(own, "iu") : null,
    pieces: new RegExp(`(\`+)|(${LINK})|(${own || "(?!)"})|(${OTHER})|(${ROOM})`, "giu"),
  };
  return patterns;
}

/**
 * Return the blocks of `text`: {kind: "text" or "quote", source, tokens} and
 * {kind: "fence", source, language, text}.
 * @param {string} text
 * @param {{ nick?: string }} options
 * @returns {Block[]}
 */
export function tokens(text, { nick = "" } = {}) {
  /** @type {{ kind: Found[0], source: string, content: string[], language?: string }[]} */
  const blocks = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length;) {
    const [kind, end, facts] = fenceAt(lines, at) ?? plainAt(lines, at);
    const last = blocks.at(-1);
    const { content } = facts;
    const source = lines.slice(at, end).join("\n") + (end < lines.length ? "\n" : "");
    if (last && kind === last.kind && kind !== "fence") {
      last.content.push(...content);
      last.source += source;
    } else {
      blocks.push({ kind, source, content, language: facts.language });
    }
    at = end;
  }
  return blocks.map(({ kind, source, content, language }) => (kind === "fence"
    ? { kind, source, language: language ?? "", text: content.join("\n") }
    : { kind, source, tokens: inline(content.join("\n"), nick) }));
}

/** @param {string[]} lines @param {number} at @returns {Found} */
function plainAt(lines, at) {
  /** @param {string} line */
  const quoted = (line) => line.startsWith("> ") || line === ">";
  if (!quoted(lines[at])) return ["text", at + 1, { content: [lines[at]] }];
  return ["quote", at + 1, { content: [lines[at].replace(QUOTE, "")] }];
}

/**
 * A fence that nobody closes goes on to the end; one with nothing in it is none.
 * @param {string[]} lines
 * @param {number} at
 * @returns {Found|null}
 */
function fenceAt(lines, at) {
  const [, mark, behind] = FENCE.exec(lines[at]) ?? [];
  if (!mark) return null;
  const rest = behind.trim();
  const language = LANGUAGE.test(rest) ? rest : "";
  // With more than a word behind it, the first line of the code is already there.
  if (rest && !language && (mark[0] === "~" || rest.includes("`"))) return null;
  const content = rest && !language ? [behind] : [];
  let end = at + 1;
  for (; end < lines.length; end += 1) {
    const line = lines[end].trimEnd();
    if (!line.endsWith(mark)) {
      content.push(lines[end]);
      continue;
    }
    // Many close it behind the last line of the code.
    const code = line.slice(0, lengthWithout(line, mark[0]));
    if (code.trim()) content.push(code);
    end += 1;
    break;
  }
  return content.length ? ["fence", end, { content, language }] : null;
}

/** @param {string} line @param {string} mark @returns {number} */
function lengthWithout(line, mark) {
  let length = line.length;
  while (line[length - 1] === mark) length -= 1;
  return length;
}

/**
 * Return the pieces of text without blocks: {kind, source, text, …}.
 * @param {string} text
 * @param {string} nick
 * @returns {Piece[]}
 */
function inline(text, nick) {
  const { pieces } = patternsFor(nick);
  const closers = codeEnds(text);
  const found = [];
  let plain = 0;
  pieces.lastIndex = 0;
  for (let match = pieces.exec(text); match; match = pieces.exec(text)) {
    const piece = pieceOf(match, text, closers);
    if (!piece) continue;
    if (match.index > plain) found.push(asText(text.slice(plain, match.index)));
    found.push(piece);
    plain = match.index + piece.source.length;
    pieces.lastIndex = plain;
  }
  if (plain < text.length) found.push(asText(text.slice(plain)));
  return found;
}

/** @param {string} source @returns {Piece} */
function asText(source) {
  return { kind: "text", source, text: source };
}

/**
 * @param {RegExpExecArray} match
 * @param {string} text
 * @param {Map<number, number>} closers
 * @returns {Piece|null}
 */
function pieceOf({ index, 1: ticks, 2: link, 3: own, 4: other, 5: room }, text, closers) {
  if (ticks) return codeOf(text, index, ticks.length, closers.get(index));
  if (link) return linkOf(link);
  if (own) return { kind: "mention", own: true, source: own, text: own };
  if (other) {
    const source = other.slice(0, lastWith(other, /[.-]/u));
    return { kind: "mention", own: false, source, text: source };
  }
  return roomOf(room);
}

/**
 * Where each run of backticks is closed: by the next run of its length in its
 * line. From the end, one look at each run is enough.
 * @param {string} text
 * @returns {Map<number, number>}
 */
function codeEnds(text) {
  const closers = new Map();
  let next = new Map();
  for (const { 0: run, index } of [...text.matchAll(/`+|\n/gu)].reverse()) {
    if (run === "\n") {
      next = new Map();
      continue;
    }
    if (next.has(run.length)) closers.set(index, next.get(run.length));
    next.set(run.length, index);
  }
  return closers;
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} length
 * @param {number|undefined} end
 * @returns {Piece|null}
 */
function codeOf(text, start, length, end) {
  if (end === undefined) return null;
  const code = text.slice(start + length, end);
  // A space on both sides lets code begin or end with a backtick.
  const padded = code.length > 2 && code.startsWith(" ") && code.endsWith(" ") && code.includes("`");
  return { kind: "code", source: text.slice(start, end + length), text: padded ? code.slice(1, -1) : code };
}

/**
 * Return a link, or the same characters as text: they are not looked at again.
 * @param {string} found
 * @returns {Piece}
 */
function linkOf(found) {
  const source = found.slice(0, linkEnd(found));
  const url = source.length <= LINK_LIMIT ? parsed(source) : null;
  if (!url) return asText(found);
  // Where it leads is said if that is not what one reads.
  const clear = source.toLowerCase().startsWith(`${url.protocol}//${url.host}`);
  return { kind: "link", source, text: source, href: url.href, host: clear ? "" : url.host };
}

/** @param {string} source @returns {URL|null} */
function parsed(source) {
  // Where the browser can say so without an exception, thousands cost nothing.
  if (URL.canParse && !URL.canParse(source)) return null;
  try {
    const url = new URL(source);
    if (url.protocol === "mailto:") return /^[^@]+@[^@]+$/u.test(url.pathname) ? url : null;
    return ["http:", "https:"].includes(url.protocol) && url.hostname ? url : null;
  } catch {
    return null;
  }
}

/**
 * What follows a link belongs to the sentence, as does a bracket around it.
 * @param {string} link
 * @returns {number}
 */
function linkEnd(link) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const one of link) counts[one] = (counts[one] ?? 0) + 1;
  let end = link.length;
  for (; end > 0; end -= 1) {
    const last = link[end - 1];
    const unbalanced = Object.hasOwn(OPENING, last) && counts[last] > (counts[OPENING[last]] ?? 0);
    if (!unbalanced && !AFTER_LINK.test(last)) break;
    counts[last] -= 1;
  }
  return end;
}

/**
 * Names that are too long are none; their characters stay text.
 * @param {string} found
 * @returns {Piece}
 */
function roomOf(found) {
  const line = /\/\d+$/u.exec(found)?.[0] ?? "";
  const source = line ? found : found.slice(0, roomEnd(found));
  const room = source.slice(1, source.length - line.length);
  if (Array.from(room).length > ROOM_LIMIT) return asText(found);
  const href = `#${encodeURIComponent(room.toLowerCase())}${line}`;
  return { kind: "room", source, text: source, href };
}

/**
 * What follows a room's name belongs to the sentence, as with links.
 * @param {string} found
 * @returns {number}
 */
function roomEnd(found) {
  const owner = /['’]s$/u.exec(found)?.index ?? found.length;
  const end = linkEnd(found.slice(0, owner));
  return lastWith(found.slice(0, end), /[.-]/u);
}

/**
 * Return the length of `text` without such characters at its end.
 * @param {string} text
 * @param {RegExp} unwanted
 * @returns {number}
 */
function lastWith(text, unwanted) {
  let end = text.length;
  while (unwanted.test(text[end - 1])) end -= 1;
  return end;
}

/**
 * Whether `text` names `nick` outside of code and links, in whatever case.
 * @param {string} text
 * @param {string} nick
 * @returns {boolean}
 */
export function mentions(text, nick) {
  // Most lines name nobody; that is found out without cutting them up.
  if (!nick || !patternsFor(nick).own?.test(text)) return false;
  return tokens(text, { nick }).some((block) => block.kind !== "fence"
    && block.tokens.some((piece) => piece.kind === "mention" && piece.own));
}
