/**
 * One WebSocket to the gateway that served the page. Knows no state, no DOM.
 */

import { parseFrame, requestLine } from "../text/wire.js";

/** Return the WebSocket address that belongs to a page's address. */
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
 * `on` has opened(), lines(events) and closed(); after `close` none is called.
 */
export function openSocket(url, on) {
  let wanted = true;
  let socket;
  try {
    socket = new WebSocket(url);
  } catch {
    // A browser that forbids it says so at once. To the state this is a try
    // that failed, told after this function has returned like any other.
    setTimeout(() => wanted && on.closed());
    return { send() {}, close() { wanted = false; } };
  }
  const tell = (what) => (event) => wanted && what(event);
  socket.addEventListener("open", tell(() => on.opened()));
  socket.addEventListener("message", tell(({ data }) => on.lines(parseFrame(data))));
  // An error is always followed by a close, which says all that there is to say.
  socket.addEventListener("close", tell(() => on.closed()));
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
