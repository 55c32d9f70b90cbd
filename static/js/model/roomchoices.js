/**
 * Which rooms fit a name that is being written, and which of them Enter means. It
 * knows no dialog.
 */

/** @typedef {{ room: string, peer?: string | null, count?: number, topic?: string }} Choice */

import { roomName } from "./actions.js";

/**
 * Return {fitting, meant}: the rooms that fit, the best first, and the name of the
 * room that is gone to; "" while nothing is written.
 *
 * A name that is written out is meant as it stands, whether the room is open or not;
 * the beginning of a word means the room that it begins.
 * @param {string} written
 * @param {Choice[]} rooms
 * @returns {{ fitting: Choice[], meant: string }}
 */
export function roomChoices(written, rooms) {
  const name = roomName(written);
  /** @param {Choice} choice */
  const fit = ({ room }) => {
    const place = room.toLowerCase().indexOf(name);
    return room.toLowerCase() === name ? 0 : place === 0 ? 1 : place > 0 ? 2 : 3;
  };
  const fitting = rooms.filter((choice) => fit(choice) < 3).sort(
    (one, other) => fit(one) - fit(other) || (other.count ?? 0) - (one.count ?? 0),
  );
  const best = fitting.find(({ room }) => !isWhole(name, room.toLowerCase()) && !name.startsWith("@"));
  return { fitting, meant: name ? best?.room ?? name : "" };
}

/**
 * Whether what is written is a name of its own beside this one: "group1" beside
 * "group10", "tea" beside "tea-party". What ends within a word is none.
 * @param {string} name
 * @param {string} room
 * @returns {boolean}
 */
function isWhole(name, room) {
  const place = room.indexOf(name);
  const around = [room.slice(0, place).at(-1), room[place + name.length]];
  return room !== name && !around.some((sign) => /\p{L}/u.test(sign ?? ""));
}
