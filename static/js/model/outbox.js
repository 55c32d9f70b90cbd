/**
 * Lines that the hub has not acknowledged, in the order they were written.
 *
 * An item is {id, room or to, text, kind, at, status, reason}. Its status: waiting
 * (to be sent), sent (on its way, or lost with its connection), refused (until the
 * writer tries again or discards it). An item keeps its id for life, so that
 * sending it again never makes it appear twice. `tried` tells in which session it
 * was sent, `old` that it comes from an earlier visit. It knows no storage and no
 * socket.
 */

/**
 * @import { Delivery, Draft, Item } from "./types.js"
 * @import { Say, SayDirect } from "../text/wire.js"
 */

/** So much is kept for a hub that is away; a person never gets there, a pasting
 * program would. Beyond, what is written stays in the box. */
export const MOST_ITEMS = 1_000;
export const MOST_CHARACTERS = 4_000_000;

/** @param {Item[]} outbox @param {Draft} item @returns {Item[]} */
export function add(outbox, item) {
  // What comes back from storage is ordered by its time alone, and many lines
  // may have been typed, or the clock set back, within a millisecond.
  const at = Math.max(item.at, (outbox.at(-1)?.at ?? -Infinity) + 1);
  return [...outbox, { ...item, at, status: "waiting" }];
}

/**
 * Whether `text` finds no place any more.
 * @param {Item[]} outbox
 * @param {string} text
 * @returns {boolean}
 */
export function isFull(outbox, text) {
  const held = outbox.reduce((sum, item) => sum + item.text.length, text.length);
  return outbox.length >= MOST_ITEMS || held > MOST_CHARACTERS;
}

/**
 * The connection is gone: whatever was on its way is to be said again.
 * @param {Item[]} outbox
 * @returns {Item[]}
 */
export function unsend(outbox) {
  return change(outbox, (item) => item.status === "sent", { status: "waiting" });
}

/** @param {Item[]} outbox @param {Set<string>} ids @param {string} session @returns {Item[]} */
export function sent(outbox, ids, session) {
  return change(outbox, (item) => ids.has(item.id), { status: "sent", tried: session });
}

/**
 * Return what tells a session from another; not what continues it, which is secret.
 * @param {{ resume: string | null }} session
 * @returns {string}
 */
export function sessionMark({ resume }) {
  return resume?.slice(-8) || "none";
}

/**
 * Whether a line was on its way in another session, whose ids this one's hub does not know.
 * @param {Item} item
 * @param {{ resume: string | null }} session
 * @returns {boolean}
 */
export function isForeign(item, session) {
  return Boolean(item.tried) && item.tried !== sessionMark(session);
}

/**
 * @param {Item[]} outbox
 * @param {string} id
 * @param {string} code
 * @param {string} reason
 * @returns {Item[]}
 */
export function refuse(outbox, id, code, reason) {
  return change(outbox, (item) => item.id === id, { status: "refused", code, reason });
}

/**
 * Try a refused line again, under its old id.
 *
 * Only a line whose id belongs to another text gets `freshId`: the old one
 * would be refused for ever.
 * @param {Item[]} outbox
 * @param {string} id
 * @param {string} freshId
 * @returns {Item[]}
 */
export function again(outbox, id, freshId) {
  const item = find(outbox, id);
  const next = item?.code === "id_reused" ? freshId : id;
  return change(outbox, (one) => one.id === id, {
    id: next, status: "waiting", tried: false, code: undefined, reason: undefined,
  });
}

/** @param {Item[]} outbox @param {string|undefined} id @returns {Item[]} */
export function remove(outbox, id) {
  return outbox.some((item) => item.id === id) ? outbox.filter((item) => item.id !== id) : outbox;
}

/** @param {Item[]} outbox @param {string|undefined} id @returns {Item|undefined} */
export function find(outbox, id) {
  return outbox.find((item) => item.id === id);
}

/**
 * Return what a reloaded page goes on with, from what was kept: anything at all.
 * @param {unknown} kept
 * @returns {Item[]}
 */
export function restore(kept) {
  if (!Array.isArray(kept)) return [];
  return kept.filter(isWhole).slice(0, MOST_ITEMS).map(keptForm);
}

/** @param {any} item @returns {item is Item} */
function isWhole(item) {
  return Boolean(item) && typeof item.id === "string" && /^[!-~]{1,64}$/u.test(item.id)
    && typeof item.text === "string" && typeof (item.to ?? item.room) === "string";
}

/**
 * Return an item as it is kept. Whether it was sent is not: see `unsend`.
 * @param {Item} item
 * @returns {Item}
 */
export function keptForm(item) {
  const at = Number.isFinite(item.at) ? item.at : 0;
  const kind = item.kind === "action" ? "action" : undefined;
  return { ...item, at, kind, status: item.status === "refused" ? "refused" : "waiting" };
}

/**
 * Put what was kept to what is here, in the order of writing.
 *
 * `gone` are ids that had been kept and are not any more: another tab has seen
 * to them. An item that is here stays as it is, since this page knows more.
 * @param {Item[]} outbox
 * @param {unknown} kept
 * @param {string[]} gone
 * @returns {Item[]}
 */
export function merge(outbox, kept, gone) {
  const present = new Set(outbox.map((item) => item.id));
  const fresh = restore(kept).filter((item) => !present.has(item.id));
  const left = outbox.filter((item) => !gone.includes(item.id));
  if (!fresh.length && left.length === outbox.length) return outbox;
  const older = fresh.map((item) => ({ ...item, old: true }));
  return [...older, ...left].sort((one, other) => one.at - other.at);
}

/**
 * Return the request that says `item`.
 * @param {Item} item
 * @returns {Say | SayDirect}
 */
export function request(item) {
  const { text, id } = item;
  const kind = item.kind ? { kind: item.kind } : {};
  if (item.to === undefined) return { type: "say", room: item.room, text, id, ...kind };
  return { type: "direct", to: item.to, text, id, ...kind };
}

/**
 * @param {Item[]} outbox
 * @param {(item: Item) => boolean} which
 * @param {Partial<Delivery & { id: string }>} changes
 * @returns {Item[]}
 */
function change(outbox, which, changes) {
  if (!outbox.some(which)) return outbox;
  return outbox.map((item) => (which(item) ? { ...item, ...changes } : item));
}
