/**
 * The lines that were sent from this tab, by room, to be recalled.
 *
 * A walk begins at the draft and goes back through the lines, newest first. It has
 * the lines, the place among them (their number is the draft's place) and the
 * draft. It knows no text box and no keys.
 */

/** @typedef {{ lines: string[], draft: string, place: number }} Walk */

/** So many lines of a room are remembered. */
const MOST = 50;

/** A longer text is not worth what the browser keeps for a tab. */
const LONGEST = 2_000;

/**
 * Return the lines of a room with one more; the same one again counts once.
 * @param {string[]} lines
 * @param {string} text
 * @returns {string[]}
 */
export function remember(lines, text) {
  return [...lines.filter((line) => line !== text), text].slice(-MOST);
}

/** @param {string[]} lines @param {string} draft @returns {Walk} */
export function begin(lines, draft) {
  return { lines, draft, place: lines.length };
}

/**
 * Return the walk one step on, back in time with -1, or null at its end.
 * @param {Walk} walk
 * @param {number} by
 * @returns {Walk|null}
 */
export function step(walk, by) {
  const place = walk.place + by;
  return place < 0 || place > walk.lines.length ? null : { ...walk, place };
}

/** @param {Walk} walk @returns {string} */
export function shown({ lines, place, draft }) {
  return lines[place] ?? draft;
}

/**
 * Return what is kept while the tab is open, as plain values by room.
 * @param {Map<string, string[]>} said
 * @returns {Record<string, string[]>}
 */
export function keptHistory(said) {
  /** @param {string[]} lines */
  const short = (lines) => lines.filter((line) => line.length <= LONGEST);
  return Object.fromEntries([...said].map(([room, lines]) => [room, short(lines)]));
}

/**
 * Return a map of lines by room, of whatever was kept.
 * @param {unknown} kept
 * @returns {Map<string, string[]>}
 */
export function readHistory(kept) {
  return new Map(Object.entries(kept ?? {}).flatMap(([room, lines]) => (Array.isArray(lines)
    ? [[room, lines.filter((line) => typeof line === "string").slice(-MOST)]]
    : [])));
}
