/**
 * Cutting a text that is too long for one message into several. It knows no text box.
 */

import { fenceOf, withoutCode } from "./fence.js";
import { byteLength } from "./wire.js";

/**
 * Return the text in parts of at most `most` bytes each: cut between lines where that
 * is possible, and else between characters. What is code is code in each part.
 * @param {string} text
 * @param {number} most
 * @returns {string[]}
 */
export function split(text, most) {
  const whole = text.trimEnd();
  const fence = fenceOf(whole);
  if (!fence || !whole.startsWith(fence)) return parts(whole, most);
  const [head] = whole.split("\n", 1);
  const room = most - byteLength(head) - byteLength(fence) - 2;
  return parts(withoutCode(whole, fence), room).map((part) => `${head}\n${part}\n${fence}`);
}

/** @param {string} text @param {number} most @returns {string[]} */
function parts(text, most) {
  /** @type {string[]} */
  const done = [];
  /** @type {string[]} */
  let lines = [];
  let size = 0;
  const flush = () => {
    // Nobody can say nothing.
    if (lines.some((line) => line.trim())) done.push(lines.join("\n").trimEnd());
    lines = [];
    size = 0;
  };
  for (const line of text.split("\n").flatMap((one) => pieces(one, most))) {
    const bytes = byteLength(line) + 1;
    if (size + bytes > most + 1) flush();
    lines.push(line);
    size += bytes;
  }
  flush();
  return done;
}

/** @param {string} line @param {number} most @returns {string[]} */
function pieces(line, most) {
  if (byteLength(line) <= most) return [line];
  const done = [];
  let from = 0;
  let at = 0;
  let size = 0;
  for (const sign of line) {
    const bytes = byteLength(sign);
    if (size + bytes > most) {
      done.push(line.slice(from, at));
      from = at;
      size = 0;
    }
    at += sign.length;
    size += bytes;
  }
  return [...done, line.slice(from)];
}
