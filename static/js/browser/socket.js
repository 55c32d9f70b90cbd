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
