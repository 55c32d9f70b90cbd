/**
 * What a room looks like, as a list of rows from top to bottom. Pure.
 *
 * A row is {kind, key, …}. Keys are unique and stay with what they stand for,
 * so that the view touches only what changed. Two rows of one key that are
 * equal by `sameRow` look the same.
 */

/** Lines of one person stand under one name for so long. */
export const GROUP_MS = 5 * 60_000;

export const FOLD_LINES = 20;
export const FOLD_CHARACTERS = 3_000;

/** Return the rows of the room that is looked at, with its lines not confirmed yet. */
export function rowsOf({ rooms, current, outbox, nick, link }) {
  const room = rooms.get(current);
  const live = link.phase === "live";
  const rows = [];
  const days = new Map();
  let day = "";
  let lead = null;
  let mark = room.mark ?? Infinity;
  for (const entry of room.entries) {
    if (entry.kind !== "message") {
      addOther(rows, entry);
      lead = null;
      continue;
    }
    const today = dayOf(entry.at);
    if (today !== day) {
      rows.push(dayRow(days, today, entry.at));
      day = today;
      lead = null;
    }
    if (entry.seq > mark && entry.nick !== nick) {
      rows.push({ kind: "new", key: "new" });
      mark = Infinity;
      lead = null;
    }
    const leads = !follows(entry, lead);
    rows.push({ kind: "message", key: entry.key, entry, leads, own: entry.nick === nick });
    if (leads) lead = entry;
  }
  for (const item of outbox) {
    if ((item.room ?? item.shown) !== room.name) continue;
    const entry = { ...item, nick, action: item.kind === "action" };
    const leads = !follows(entry, lead);
    rows.push({ kind: "pending", key: `p${item.id}`, entry, item, leads, live, own: true });
    if (leads) lead = entry;
  }
  return rows;
}

function dayRow(days, today, at) {
  const times = (days.get(today) ?? 0) + 1;
  days.set(today, times);
  return { kind: "day", key: `d${today}.${times}`, at };
}

/** Presence is gathered into one row, however many came and went. */
function addOther(rows, entry) {
  const last = rows.at(-1);
  if (entry.tone !== "presence") {
    rows.push({ kind: entry.kind, key: entry.key, entry });
  } else if (last?.kind === "presence") {
    rows[rows.length - 1] = { ...last, entries: [...last.entries, entry] };
  } else {
    rows.push({ kind: "presence", key: entry.key, entries: [entry] });
  }
}

function follows(entry, lead) {
  return lead !== null && lead.nick === entry.nick && !lead.action && !entry.action
    && entry.at - lead.at < GROUP_MS;
}

/** Whether a row may stay on the screen as it is. */
export function sameRow(one, other) {
  return one.kind === other.kind && one.leads === other.leads && one.own === other.own
    && (one.item ? one.item === other.item : one.entry === other.entry)
    && one.entries?.length === other.entries?.length && one.live === other.live;
}

/** Return a day in the reader's zone, as a key. */
export function dayOf(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** Return where a long text is cut: {shown, lines} or {shown, characters}, or null. */
export function fold(text) {
  let at = -1;
  for (let line = 0; line < FOLD_LINES; line += 1) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) break;
  }
  if (at >= 0 && at <= FOLD_CHARACTERS) {
    return { shown: text.slice(0, at), lines: text.slice(at + 1).split("\n").length };
  }
  if (text.length <= FOLD_CHARACTERS * 1.2) return null;
  const cut = wholeCharacters(text, FOLD_CHARACTERS);
  return { shown: text.slice(0, cut), characters: text.length - cut };
}

/** Never cut between the two halves of a character. */
function wholeCharacters(text, at) {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

/** Return one of `hues` numbers for a nick, the same at every visit. */
export function hueOf(nick, hues = 12) {
  let hash = 0x811c9dc5;
  for (const character of nick.toLowerCase()) {
    hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % hues;
}
