/**
 * What a person chooses for one room. It knows values only.
 */

/** @import { Notify } from "./types.js" */

/**
 * Return what is told of single rooms after a choice; null is as for all rooms.
 * @param {Record<string, Notify>} rooms
 * @param {string} name
 * @param {Notify|null} notify
 * @returns {Record<string, Notify>}
 */
export function withRoom(rooms, name, notify) {
  const rest = Object.entries(rooms).filter(([one]) => one !== name);
  return Object.fromEntries(notify === null ? rest : [...rest, [name, notify]]);
}
