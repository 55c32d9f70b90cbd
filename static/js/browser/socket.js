/**
 * One WebSocket to the gateway that served the page. It knows no state and no DOM.
 */

/** @import { HubEvent, HubRequest } from "../text/wire.js" */

/**
 * @typedef {{
 *   opened(): void, lines(events: HubEvent[], wrong: string[]): void, closed(): void,
 * }} Listener
 * @typedef {{ send(request: HubRequest): void, close(): void }} Socket
 */

import { readFrame, requestLine } from "../text/wire.js";

const ASK_WAIT_MS = 3_000;
const WORDS_LIMIT = 500;

/**
 * Return the WebSocket address that belongs to a page's address.
 * @param {{ href: string, protocol: string }} location
 * @returns {string}
 */
export function socketUrl(location) {
  const url = new URL("ws", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  url.search = "";
  return url.href;
}

/**
 * Ask why a socket is not opened, which a browser does not tell; "" if nobody says.
 *
 * The gateway answers at the same address, as far as a proxy lets it: with 403 it
 * says what is to be changed; with 426 it works, so the proxy does not pass
 * WebSockets on.
 * @param {string} url
 * @param {string} page the origin of this page
 * @returns {Promise<{ blocked: string, upgrade: boolean }>}
 */
export async function askWhy(url, page) {
  const asked = new URL(url);
  asked.protocol = asked.protocol === "wss:" ? "https:" : "http:";
  asked.search = new URLSearchParams({ page }).toString();
  try {
    const answer = await fetch(asked, { cache: "no-store", signal: AbortSignal.timeout(ASK_WAIT_MS) });
    const blocked = answer.status === 403 ? (await answer.text()).slice(0, WORDS_LIMIT).trim() : "";
    return { blocked, upgrade: answer.status === 426 };
  } catch {
    return { blocked: "", upgrade: false };
  }
}

/**
 * Ask whether the hub wants a passphrase before all else; return what it says then, or "".
 *
 * Where it wants none, it refuses a nick that nobody can have, and nothing has begun.
 * @param {string} url
 * @returns {Promise<string>}
 */
export function askGate(url) {
  return new Promise((done) => {
    const socket = openSocket(url, {
      opened: () => socket.send({ type: "hello", nick: "", join: {} }),
      lines([event]) {
        socket.close();
        done(event?.type === "error" && event.code === "passphrase" ? event.text : "");
      },
      closed: () => done(""),
    });
  });
}

/**
 * Open a socket and return {send, close}.
 *
 * `on` has opened(), lines(events, what was malformed) and closed(); after `close`
 * none is called.
 * @param {string} url
 * @param {Listener} on
 * @returns {Socket}
 */
export function openSocket(url, on) {
  let wanted = true;
  /** @type {WebSocket} */
  let socket;
  try {
    socket = new WebSocket(url);
  } catch {
    // A browser that forbids it says so at once. To the state this is a try
    // that failed, told after this function has returned like any other.
    setTimeout(() => wanted && on.closed());
    return { send() {}, close() { wanted = false; } };
  }
  socket.addEventListener("open", () => wanted && on.opened());
  socket.addEventListener("message", ({ data }) => {
    if (!wanted) return;
    const { events, wrong } = readFrame(data);
    on.lines(events, wrong);
  });
  // An error is always followed by a close, which says all that there is to say.
  socket.addEventListener("close", () => wanted && on.closed());
  return {
    send(request) {
      if (socket.readyState === WebSocket.OPEN) socket.send(requestLine(request));
    },
    close() {
      wanted = false;
      socket.close();
    },
  };
}
