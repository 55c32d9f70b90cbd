/**
 * Lines that the hub has not acknowledged, in the order they were written.
 *
 * Pure values: an item is {id, room or to, text, kind, at, status, reason}.
 * Status: waiting (to be sent), sent (on its way, or lost with its connection),
 * refused (until the writer tries again or drops it). An item keeps its id for
 * life, so that saying it again can never make it appear twice.
 */

export function add(outbox, item) {
  return [...outbox, { ...item, status: "waiting" }];
}

/** The connection is gone: whatever was on its way is to be said again. */
export function unsend(outbox) {
  return change(outbox, (item) => item.status === "sent", { status: "waiting" });
}

export function sent(outbox, ids) {
  return change(outbox, (item) => ids.has(item.id), { status: "sent" });
}

export function refuse(outbox, id, code, reason) {
  return change(outbox, (item) => item.id === id, { status: "refused", code, reason });
}

/**
 * Try a refused line again, under its old id.
 *
 * Only a line whose id belongs to another text gets `freshId`: the old one
 * would be refused for ever.
 */
export function again(outbox, id, freshId) {
  const item = find(outbox, id);
  const next = item?.code === "id_reused" ? freshId : id;
  return change(outbox, (one) => one.id === id, {
    id: next, status: "waiting", code: undefined, reason: undefined,
  });
}

export function remove(outbox, id) {
  return outbox.some((item) => item.id === id) ? outbox.filter((item) => item.id !== id) : outbox;
}

export function find(outbox, id) {
  return outbox.find((item) => item.id === id);
}

/** Return what a reloaded page goes on with, from what was kept. */
export function restore(kept) {
  if (!Array.isArray(kept)) return [];
  const whole = kept.filter((item) => item && typeof item.id === "string"
    && typeof item.text === "string" && typeof (item.room ?? item.to) === "string");
  return change(whole, (item) => item.status !== "refused", { status: "waiting" });
}

/** Return the request that says `item`. */
export function request(item) {
  const where = item.to === undefined
    ? { type: "say", room: item.room }
    : { type: "direct", to: item.to };
  const kind = item.kind ? { kind: item.kind } : {};
  return { ...where, text: item.text, id: item.id, ...kind };
}

function change(outbox, which, changes) {
  if (!outbox.some(which)) return outbox;
  return outbox.map((item) => (which(item) ? { ...item, ...changes } : item));
}
