/**
 * The wire as the page speaks it: JSON lines in, JSON lines out.
 *
 * Knows no socket and no state. A frame from the gateway carries one or more
 * whole lines; a frame to it carries exactly one, without its newline.
 */

const encoder = new TextEncoder();

/**
 * Return the events in a frame, in order.
 *
 * A line that is not a JSON object with a type is left out: a newer hub may
 * say things that this page does not understand, and the rest still counts.
 */
export function parseFrame(frame) {
  const events = [];
  for (const line of frame.split("\n")) {
    const event = parseLine(line);
    if (event) events.push(event);
  }
  return events;
}

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

/** Return a request as one line. JSON.stringify never writes a raw newline. */
export function requestLine(request) {
  return JSON.stringify(request);
}

/** Return how many bytes `text` has on the wire, which is what limits count. */
export function byteLength(text) {
  return encoder.encode(text).length;
}

/**
 * Return a UUID (RFC 9562, version 4) made from 16 random bytes.
 *
 * crypto.randomUUID exists in secure contexts only, and a hub on a local
 * network is usually reached over plain http.
 */
export function uuidFrom(bytes) {
  const hex = Array.from(bytes, (byte, place) => {
    if (place === 6) byte = (byte & 0x0f) | 0x40;
    if (place === 8) byte = (byte & 0x3f) | 0x80;
    return byte.toString(16).padStart(2, "0");
  }).join("");
  return [8, 12, 16, 20].reduceRight((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, hex);
}
