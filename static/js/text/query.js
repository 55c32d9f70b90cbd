/**
 * What somebody looks for, as it is typed: words, and of whom, when and where.
 *
 * `from:bob` stands for what bob said, `on:2026-11-28` for a day in the reader's
 * zone, `in:all` for all rooms one is in; from: and on: are those of text mode. It
 * knows text only, no clock and no state.
 */

/**
 * @typedef {{ text: string, all: boolean, nick?: string, day?: string, since?: number, until?: number }} Query
 */

const KEYWORD = /^(from|on|in):@?(.+)$/iu;

/**
 * @param {string} typed
 * @returns {Query}
 */
export function parseQuery(typed) {
  /** @type {Query} */
  const query = { text: "", all: false };
  const words = [];
  for (const word of typed.trim().split(/\s+/u)) {
    const [, key = "", value = ""] = KEYWORD.exec(word) ?? [];
    const span = key.toLowerCase() === "on" && daySpan(value);
    if (key.toLowerCase() === "from") query.nick = value;
    else if (word.toLowerCase() === "in:all") query.all = true;
    else if (span) Object.assign(query, span, { day: value });
    else words.push(word);
  }
  query.text = words.join(" ");
  return query;
}

/**
 * Return when a day begins and ends, {since, until} in ms; null if it is none.
 * @param {string} day
 * @returns {{ since: number, until: number } | null}
 */
export function daySpan(day) {
  const [, year, month, date] = /^(\d{4})-(\d\d?)-(\d\d?)$/u.exec(day)?.map(Number) ?? [];
  const since = new Date(year, month - 1, date);
  if (since.getMonth() !== month - 1 || year < 1971) return null;
  return { since: since.getTime(), until: new Date(year, month - 1, date + 1).getTime() };
}
