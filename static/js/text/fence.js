/**
 * Marking a text as code, and taking the mark away: fences around it.
 *
 * It knows no text box, only text.
 */

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
