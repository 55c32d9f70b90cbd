/**
 * Where a long text is cut until the reader asks for all of it.
 *
 * It knows no elements and no lines of a conversation, only text.
 */

/** @typedef {{ shown: string, lines?: number, characters?: number }} Fold */

import { LINK_LIMIT } from "./markup.js";

export const FOLD_LINES = 20;
export const FOLD_CHARACTERS = 3_000;

/** No sequence of signs that makes one picture is longer. */
const NEAR = 64;

const graphemes = Intl.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Return where a long text is cut: {shown, lines} or {shown, characters}, or null.
 * @param {string} text
 * @returns {Fold|null}
 */
export function fold(text) {
  let at = -1;
  for (let line = 0; line < FOLD_LINES; line += 1) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) break;
  }
  if (at >= 0 && at <= FOLD_CHARACTERS) {
    return { shown: text.slice(0, at), lines: text.slice(at + 1).split("\n").length };
  }
  if (text.length <= FOLD_CHARACTERS * 1.2) return null;
  const cut = cutAt(text, FOLD_CHARACTERS);
  return { shown: text.slice(0, cut), characters: text.length - cut };
}

/**
 * Cut before a word, so that half a link is no link; a long one within, between characters.
 * @param {string} text
 * @param {number} at
 * @returns {number}
 */
function cutAt(text, at) {
  const near = text.slice(at - LINK_LIMIT, at + 1);
  const space = near.search(/\s\S*$/u);
  return space >= 0 ? at - LINK_LIMIT + space + 1 : betweenCharacters(text, at);
}

/** @param {string} text @param {number} at @returns {number} */
function betweenCharacters(text, at) {
  const start = graphemes?.segment(text.slice(at - NEAR, at + NEAR)).containing(NEAR)?.index;
  if (start) return at - NEAR + start;
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
