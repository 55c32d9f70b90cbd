/** What pure modules must not know: see mistakes.js for how this is checked. */

// @ts-expect-error No document.
document.title = "";
// @ts-expect-error No storage.
localStorage.clear();
// @ts-expect-error No socket.
new WebSocket("");
// @ts-expect-error No timer.
setTimeout(() => {}, 0);

export {};
