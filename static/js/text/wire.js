/**
 * The protocol as the page speaks it: JSON lines in, JSON lines out.
 *
 * It knows no socket and no state. A frame from the gateway carries one or more
 * whole lines; a frame to it carries exactly one, without its newline.
 */

/**
 * What the hub sends (see "What the hub sends" in docs/protocol.md). Fields that
 * the page does not use are left out. A hub of a later version may send more types.
 *
 * @typedef {{ text: number, nick: number, room: number, history: number }} Limits
 * @typedef {{ days?: number, messages?: number, disk?: boolean }} Retention
 * @typedef {{ room: string, count: number, topic?: string }} RoomInfo
 * @typedef {{
 *   type: "message", room: string, seq: number, id?: string, at: number, nick: string,
 *   text: string, kind?: string,
 * }} HubMessage
 * @typedef {{
 *   type: "direct", id?: string, at: number, nick: string, to: string, text: string, kind?: string,
 * }} HubDirect
 *
 * @typedef {HubMessage | HubDirect
 *   | { type: "welcome", log: string, resume: string, server: string, nick: string,
 *       limits: Limits, keeps?: Retention }
 *   | { type: "joined", room: string, nick: string, at: number, seq?: number, spoke?: boolean,
 *       ref?: number }
 *   | { type: "left", room: string, nick: string, at: number, ref?: number }
 *   | { type: "renamed", nick: string, to: string, at: number, ref?: number }
 *   | { type: "members", room: string, nicks?: string[], count: number, text?: string,
 *       matching?: number, watching?: number, ref?: number }
 *   | { type: "topic", room: string, text: string, nick?: string, at?: number, ref?: number }
 *   | { type: "rooms", rooms: RoomInfo[], ref?: number }
 *   | { type: "history", room: string, messages: HubMessage[], more: boolean, ref?: number }
 *   | { type: "results", room?: string, messages: HubMessage[], more: boolean,
 *       next?: Record<string, number | null>, ref?: number }
 *   | { type: "ack", id?: string, room?: string, seq?: number, to?: string }
 *   | { type: "invitation", lines: string[], web?: string[], passphrase?: string, ref?: number }
 *   | { type: "reset", room: string, next: number, missed: number, reason: string }
 *   | { type: "error", code: string, text: string, id?: string, room?: string, ref?: number }
 *   | { type: "notice", text: string }
 *   | { type: "pong" }
 *   | { type: "bye", reason: string, text?: string, retry_ms?: number }
 * } HubEvent
 */

/**
 * What the page sends. `ref` comes back with the answer, `id` with the ack.
 *
 * @typedef {{ last: number } | { after: number }} ReadFrom
 * @typedef {{
 *   type: "hello", nick?: string, join: Record<string, ReadFrom>, resume?: string, log?: string,
 *   passphrase?: string,
 * }} Hello
 * @typedef {{ type: "say", room: string, text: string, id: string, kind?: "action" }} Say
 * @typedef {{ type: "direct", to: string, text: string, id: string, kind?: "action" }} SayDirect
 * @typedef {{ type: "nick", nick: string }
 *   | { type: "join", room: string, last?: number, after?: number }
 *   | { type: "leave", room: string }
 *   | { type: "rooms" }
 *   | { type: "members", room: string, text?: string }
 *   | { type: "topic", room: string, text?: string }
 *   | { type: "history", room: string, limit: number, before?: number, after?: number, since?: number }
 *   | { type: "search", room?: string, rooms?: Record<string, number | null>, text: string,
 *       limit: number, nick?: string, since?: number, until?: number }
 *   | { type: "invite", web: string }
 * } Query
 * @typedef {Hello | Say | SayDirect | { type: "ping" } | (Query & { ref: number })} HubRequest
 */

import { admit } from "./inlet.js";

const encoder = new TextEncoder();

/**
 * Return {events, wrong}: the events in a frame, in order, and what was malformed.
 *
 * A line that is not a JSON object with a type is left out: a newer hub may
 * say things that this page does not understand, and the rest still counts.
 * @param {string} frame
 * @returns {{ events: HubEvent[], wrong: string[] }}
 */
export function readFrame(frame) {
  /** @type {HubEvent[]} */
  const events = [];
  /** @type {string[]} */
  const wrong = [];
  for (const line of frame.split("\n")) {
    const parsed = parseLine(line);
    if (!parsed) continue;
    const admitted = admit(parsed);
    if (admitted.event) events.push(admitted.event);
    wrong.push(...admitted.wrong);
  }
  return { events, wrong };
}

/**
 * @param {string} line
 * @returns {{ type: string } | null}
 */
function parseLine(line) {
  // The hub greets in text when a hello came late; such lines are no objects.
  if (!line.startsWith("{")) return null;
  try {
    const event = JSON.parse(line);
    return typeof event.type === "string" ? event : null;
  } catch {
    return null;
  }
}

/**
 * Return a request as one line. JSON.stringify never writes a raw newline.
 * @param {HubRequest} request
 * @returns {string}
 */
export function requestLine(request) {
  return JSON.stringify(request);
}

/**
 * Return how many bytes `text` has on the wire, which is what limits count.
 * @param {string} text
 * @returns {number}
 */
export function byteLength(text) {
  return encoder.encode(text).length;
}

/**
 * Return a name so that names are equal whatever their case, as they are for the hub.
 * @param {string} name
 * @returns {string}
 */
export function foldCase(name) {
  return name.normalize("NFC").toLowerCase();
}

/**
 * Return a UUID (RFC 9562, version 4) made from 16 random bytes.
 *
 * crypto.randomUUID exists in secure contexts only, and a hub on a local
 * network is usually reached over plain http.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function uuidFrom(bytes) {
  const hex = Array.from(bytes, (byte, place) => {
    if (place === 6) byte = (byte & 0x0f) | 0x40;
    if (place === 8) byte = (byte & 0x3f) | 0x80;
    return byte.toString(16).padStart(2, "0");
  }).join("");
  return [8, 12, 16, 20].reduceRight((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, hex);
}
