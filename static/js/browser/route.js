/**
 * The part of the page's address after the #: a room, or a line of one.
 *
 * It knows no history of addresses, and no state.
 */

import { roomName } from "../model/actions.js";

/** @param {string} room @param {number|null} [seq] @returns {string} */
export function hashOf(room, seq) {
  const name = encodeURIComponent(room).replace("%40", "@");
  return `#${name}${seq ? `/${seq}` : ""}`;
}

/**
 * Return the address of a room, or of a line in it.
 * @param {string} room
 * @param {number|null} [seq]
 * @returns {string}
 */
export function addressOf(room, seq) {
  return new URL(hashOf(room, seq), location.href).href;
}

/**
 * Return what the address names: {room, seq}; "" and null where it names nothing.
 * @returns {{ room: string, seq: number | null }}
 */
export function currentRoute() {
  const [name, number] = location.hash.slice(1).split("/");
  const seq = /^[1-9]\d{0,14}$/u.test(number ?? "") ? Number(number) : null;
  try {
    return { room: roomName(decodeURIComponent(name)), seq };
  } catch {
    return { room: "", seq: null };
  }
}
