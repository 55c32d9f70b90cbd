/**
 * What is said about a block in the text box. It is loaded with what a block needs,
 * and knows nothing else.
 */

import { count } from "./strings.js";

export const PASTE = {
  /** @param {number} lines */
  came: (lines) => `A block of ${count(lines, "line", "lines")} is in the box, and not sent yet.`,
  unmarked: "Not marked as code any more.",
  marked: "Marked as code.",
  discarded: "The block is discarded. Undo is before the box.",
  notCode: "Not code",
  code: "Mark as code",
  gone: "The block is discarded.",
};

/** @param {number} lines @param {number} bytes @returns {string} */
export function blockWords(lines, bytes) {
  return `A block of ${count(lines, "line", "lines")}, ${count(bytes, "byte", "bytes")}`;
}

/** @param {number} parts @returns {string} */
export function splitWords(parts) {
  return `Send as ${count(parts, "message", "messages")}`;
}
