/**
 * The part of the page's address after the #: a room, or a line of one, and what the link
 * of an invitation carries behind it.
 *
 * It knows no state, and of the addresses before nothing.
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

/** More is no passphrase: a hub takes no longer one. */
const PASS_LIMIT = 256;

/**
 * Return a fragment without the passphrase that the link of an invitation carries, and
 * that. A room's name has neither & nor = there: `hashOf` encodes them.
 * @param {string} fragment
 * @returns {{ place: string, pass: string }}
 */
export function partPass(fragment) {
  const found = /^(?:(.*?)&)??pass=([^&]*)/u.exec(fragment);
  if (!found) return { place: fragment, pass: "" };
  const [, place = "", coded] = found;
  try {
    const pass = decodeURIComponent(coded);
    return { place, pass: pass.length > PASS_LIMIT ? "" : pass };
  } catch {
    return { place, pass: "" };
  }
}

/**
 * Take the passphrase out of the address, so that it stands neither there nor in the
 * tab's history; return it, "" where there is none.
 * @returns {string}
 */
export function takePass() {
  const fragment = location.hash.slice(1);
  const { place, pass } = partPass(fragment);
  if (place !== fragment) {
    history.replaceState(history.state, "", place ? `#${place}` : location.pathname + location.search);
  }
  return pass;
}
