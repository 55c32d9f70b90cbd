/**
 * What is copied from the conversation: lines as text mode shows them. It is loaded
 * when somebody first holds the lines.
 *
 * The elements of a row have a name, a time and a text of their own, so a browser
 * would copy a pile of short lines without the marks of code. Within one text it
 * copies what it always does. It knows rows, no state and no clipboard of its own.
 */

/** @import { Row } from "../model/types.js" */

import { noteWords, presenceWords } from "../model/strings.js";
import { clockOf, dateOf, spokenLines } from "../text/transcript.js";

/**
 * @param {HTMLElement} lines The list of rows.
 * @param {(element: HTMLElement) => Row | undefined} rowOf
 */
export function copyAsTranscript(lines, rowOf) {
  document.addEventListener("copy", (event) => {
    const text = event.target instanceof Element && event.target.matches("input, textarea") ? null
      : selectedText(lines, rowOf);
    if (text === null) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  });
}

/**
 * Return what to copy in place of what the browser would; null where that is right.
 * @param {HTMLElement} lines
 * @param {(element: HTMLElement) => Row | undefined} rowOf
 * @returns {string|null}
 */
function selectedText(lines, rowOf) {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  /** @type {HTMLCollectionOf<any>} */
  const children = lines.children;
  const elements = [...children].filter((element) => wordsIn(range, element));
  const rows = elements.map(rowOf);
  if (!rows.length || (rows.length === 1 && lines.querySelector(".line") === null)) return null;
  const [only] = elements;
  const said = rows.length === 1 && only.querySelector(".said");
  if (said && said.contains(range.commonAncestorContainer)) {
    const whole = wordsIn(range, said) === said.textContent.trim();
    const [row] = rows;
    return whole && (row?.kind === "message" || row?.kind === "pending") ? row.entry.text : null;
  }
  return rows.flatMap((row) => (row ? transcriptOf(row) : [])).join("\n");
}

/**
 * Return what a range has of an element: its borders may lie at the element's edge.
 * @param {Range} range
 * @param {HTMLElement} element
 * @returns {string}
 */
function wordsIn(range, element) {
  if (!range.intersectsNode(element)) return "";
  const part = document.createRange();
  part.selectNodeContents(element);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return part.toString().trim();
}

/** @param {Row} row @returns {string[]} */
function transcriptOf(row) {
  switch (row.kind) {
    case "message":
    case "pending":
      return [spokenLines(clockOf(row.entry.at), row.entry)];
    case "presence":
      return row.entries.map(movedLine);
    case "note":
      return [`-- ${noteWords(row.entry).replaceAll("\n", "\n   ")}`];
    case "day":
      return [`-- ${dateOf(row.at)}`];
    default:
      return [];
  }
}

/** @param {any} entry @returns {string} */
function movedLine(entry) {
  return `${clockOf(entry.at)} -- ${presenceWords([entry]).text}`;
}
