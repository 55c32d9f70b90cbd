/**
 * Texts of several lines, which go out as one message.
 *
 * It knows no text box and no clipboard, only text.
 */

/** From so many lines on the box says that it holds a block. */
export const BLOCK_LINES = 3;

/** A longer text fills the box, whatever its lines are. */
export const LONG = 4_000;

/**
 * Return how many lines a text has; empty ones at its end are not sent.
 * @param {string} text
 * @returns {number}
 */
export function lineCount(text) {
  const whole = text.trimEnd();
  let lines = whole ? 1 : 0;
  for (let at = whole.indexOf("\n"); at >= 0; at = whole.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

/** @param {string} text @returns {boolean} */
export function isBlock(text) {
  return lineCount(text) >= BLOCK_LINES;
}

/**
 * Whether what stands below one another matters: a text of so many lines is most
 * often a listing, and so is one with indentation, tabs or runs of blanks. Two
 * blanks behind a sentence are only a habit.
 * @param {string} text
 * @returns {boolean}
 */
export function hasColumns(text) {
  return isBlock(text) || /^(?: {2}|\t)\s*\S|\n[ \t]+\S|\S\t+\S|[^\s.!?:;,…][^\S\n]{2,}\S|\S {3,}\S/u.test(text);
}

/**
 * Return the direction of a box with this text: of a long one the first letter
 * tells. A browser that is to find out by itself does so at each line that is
 * put in, which takes seconds for thousands of them.
 * @param {string} text
 * @returns {"auto" | "ltr" | "rtl"}
 */
export function directionOf(text) {
  if (text.length <= LONG) return "auto";
  return /^\P{L}*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(text.slice(0, LONG)) ? "rtl" : "ltr";
}

/**
 * Return a fence that no line of the text can close.
 * @param {string} text
 * @returns {string}
 */
function fenceFor(text) {
  const marks = [...text.matchAll(/^ {0,3}(`{3,})/gmu)];
  const longest = marks.reduce((most, [, mark]) => Math.max(most, mark.length), 2);
  return "`".repeat(longest + 1);
}

/**
 * Return {text, fence}: the text with `part` of it, or all of it, as code.
 *
 * What was pasted behind a few words of one's own is code; the words are not.
 * @param {string} text
 * @param {string} [part]
 * @returns {{ text: string, fence: string }}
 */
export function asCode(text, part) {
  const at = part ? text.indexOf(part) : -1;
  const inner = part && at >= 0 ? part : text;
  const [before, after] = at < 0 ? ["", ""] : [text.slice(0, at), text.slice(at + inner.length)];
  const fence = fenceFor(inner);
  const above = !before || before.endsWith("\n") ? before : `${before}\n`;
  const below = !after || after.startsWith("\n") ? after : `\n${after}`;
  return { text: `${above}${fence}\n${inner.trimEnd()}\n${fence}${below}`, fence };
}

/**
 * Return the fence that a text is within, or null: `known` is one that was put around a part.
 * @param {string} text
 * @param {string} [known]
 * @returns {string|null}
 */
export function fenceOf(text, known) {
  const lines = text.trimEnd().split("\n");
  if (known && lines.filter((line) => line === known).length > 1) return known;
  const fence = /^`{3,}/u.exec(lines[0])?.[0];
  return fence && lines.indexOf(fence, 1) === lines.length - 1 ? fence : null;
}

/**
 * Return the text without that fence.
 * @param {string} text
 * @param {string} fence
 * @returns {string}
 */
export function withoutCode(text, fence) {
  const lines = text.split("\n");
  const end = lines.lastIndexOf(fence);
  const begin = lines.findIndex((line) => line.startsWith(fence));
  return lines.filter((_, at) => at !== begin && at !== end).join("\n");
}
