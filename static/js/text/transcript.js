/**
 * Lines of a conversation as text, as text mode shows them: a time, who, and what
 * was said, whose further lines begin with a mark. What is copied looks so, and a
 * saved transcript.
 *
 * It knows values only, no elements and no file.
 */

/** Stands before the second and every further line of one text. */
const CONTINUED = "      | ";

/** @typedef {{ at: number, nick: string, text: string, action?: boolean }} Spoken */

/**
 * Return a message as its lines; `when` stands before them. Marks in the text, such
 * as those of code, stay as they were written.
 * @param {string} when
 * @param {Spoken} message
 * @returns {string}
 */
export function spokenLines(when, { nick, text, action }) {
  return `${when} ${action ? `* ${nick}` : `<${nick}>`} ${text.replaceAll("\n", `\n${CONTINUED}`)}`;
}

/**
 * Return HH:MM in the reader's zone.
 * @param {number} at
 * @returns {string}
 */
export function clockOf(at) {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * Return YYYY-MM-DD in the reader's zone.
 * @param {number} at
 * @returns {string}
 */
export function dateOf(at) {
  const date = new Date(at);
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** @param {number} number @returns {string} */
export function two(number) {
  return String(number).padStart(2, "0");
}
