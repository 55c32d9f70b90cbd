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
