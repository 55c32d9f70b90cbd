/**
 * Who joined, left or was renamed between two lines, less what cancels out.
 *
 * It knows no room, only a list of changes.
 */

/** @import { Presence } from "./types.js" */

/** @typedef {{ what: Presence["what"], nick: string, to?: string }} Move */

/**
 * Return the entries that are left of joins, leaves and renames in a row:
 * one for each person, {what, nick, to}, and none for who is as they were before.
 * @param {Move[]} entries
 * @returns {Move[]}
 */
export function whoMoved(entries) {
  // By the present name: what the person was called at first, and was here then.
  /** @type {Map<string, { was: string, before: boolean, now: boolean }>} */
  const people = new Map();
  for (const { what, nick, to } of entries) {
    const one = people.get(nick) ?? { was: nick, before: what !== "joined" };
    people.delete(nick);
    people.set(to ?? nick, { ...one, now: what !== "left" });
  }
  return [...people].flatMap(
    /** @returns {Move[]} */
    ([nick, { was, before, now }]) => {
      if (before !== now) return [{ what: now ? "joined" : "left", nick: now ? nick : was }];
      return now && was !== nick ? [{ what: "renamed", nick: was, to: nick }] : [];
    },
  );
}
