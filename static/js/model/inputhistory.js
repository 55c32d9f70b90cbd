/**
 * What was said in a room from this tab, to be called back. Pure.
 *
 * A walk begins at a draft and goes to what was said before, newest first. It
 * has the lines, the place among them (their length is the draft's place), and
 * the draft.
 */

/** So many lines of a room are remembered. */
const MOST = 50;

/** A longer text is not worth what the browser keeps for a tab. */
const LONGEST = 2_000;

/** Return the lines of a room with one more; the same one again counts once. */
export function remember(lines, text) {
  return [...lines.filter((line) => line !== text), text].slice(-MOST);
}

export function begin(lines, draft) {
  return { lines, draft, place: lines.length };
}

/** Return the walk one step on, back in time with -1, or null at its end. */
export function step(walk, by) {
  const place = walk.place + by;
  return place < 0 || place > walk.lines.length ? null : { ...walk, place };
}

export function shown({ lines, place, draft }) {
  return lines[place] ?? draft;
}

/** Return what is kept while the tab is open, as plain values by room. */
export function keptHistory(said) {
  const short = (lines) => lines.filter((line) => line.length <= LONGEST);
  return Object.fromEntries([...said].map(([room, lines]) => [room, short(lines)]));
}

/** Return a map of lines by room, of whatever was kept. */
export function readHistory(kept) {
  const isText = (line) => typeof line === "string";
  const rooms = Object.entries(kept ?? {}).filter(([, lines]) => Array.isArray(lines));
  return new Map(rooms.map(([room, lines]) => [room, lines.filter(isText).slice(-MOST)]));
}
