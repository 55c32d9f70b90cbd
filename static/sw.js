/**
 * The service worker: opens the page where there is no network.
 *
 * It keeps the page's files and nothing else; the conversation never passes it.
 * A version is kept whole or not at all: the page itself names every file that
 * it loads at first, all below `v/<version>/`, and is put into the cache as the last
 * one, so that a cache which has it has everything but what is loaded when it is
 * first wanted. That is kept when it is used, or when the page, which is connected
 * and idle, says that there is time. The gateway writes VERSION and LATER, the names
 * of what is loaded later, above this line, which also makes the browser see that
 * there is a new worker.
 */

"use strict";

/** After so long, what is kept is shown instead of what the network may still bring. */
const PATIENCE_MS = 3000;
const PREFIX = "shell-";
const INDEX = new URL("./", self.location).href;

/** Return the version of a page and the addresses of what it loads; null if it is none. */
function readIndex(text) {
  const found = [...text.matchAll(/\b(?:href|src)="(v\/(\w+)\/[^"]+)"/g)];
  const version = found[0]?.[2];
  if (!version || found.some((one) => one[2] !== version)) return null;
  return { version, files: [...new Set(found.map(([, name]) => new URL(name, INDEX).href))] };
}

/** Fetch all of these files, or fail. */
async function gather(files) {
  // What the page has loaded just now comes from the browser's own cache.
  const answers = await Promise.all(files.map((file) => fetch(file)));
  if (!answers.every((answer) => answer.ok && !answer.redirected)) throw new Error("a file is missing");
  return answers;
}

async function keep(index, { version, files }, answers) {
  const cache = await caches.open(PREFIX + version);
  try {
    await Promise.all(answers.map((answer, place) => cache.put(files[place], answer)));
    await cache.put(INDEX, index);
  } catch (error) {
    await caches.delete(PREFIX + version);
    throw error;
  }
}

function keptIndex(version) {
  return caches.match(INDEX, { cacheName: PREFIX + version });
}

async function install() {
  const index = await fetch(INDEX, { cache: "no-cache" });
  const page = index.ok && !index.redirected ? readIndex(await index.clone().text()) : null;
  // Between two answers the gateway may have become another.
  if (page?.version !== VERSION) throw new Error("the page is of another version");
  await keep(index, page, await gather(page.files));
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== PREFIX + VERSION) await caches.delete(name);
  }
  await self.clients.claim();
  for (const client of await self.clients.matchAll()) client.postMessage({ version: VERSION });
}

/**
 * Fetch the page. A version that is new here is answered only once all of it is
 * there: the network may go between the page and its modules.
 */
async function fromNetwork(request) {
  const index = await fetch(request);
  if (index.status >= 500) throw new Error("a proxy answered for a gateway that is away");
  // Whatever else came, such as the way to a proxy's log-in, is shown as it is.
  const page = index.ok ? readIndex(await index.clone().text()) : null;
  if (!page || await keptIndex(page.version)) return index;
  const answers = await gather(page.files);
  // Where there is no space left, the version that is there is shown all the same.
  // Without its address, in which there may be a passphrase behind the #.
  await keep(new Response(index.clone().body, index), page, answers).catch(() => {});
  return index;
}

async function navigate(event) {
  const kept = await keptIndex(VERSION);
  if (!kept) return fetch(event.request);
  const network = fromNetwork(event.request).catch(() => kept);
  event.waitUntil(network);
  const late = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS, kept);
  });
  return Promise.race([network, late]);
}

/** Answer with a file of the page; what it loads later is kept once it was used. */
async function part(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && await keptIndex(VERSION) && request.url.startsWith(`${INDEX}v/${VERSION}/`)) {
    const cache = await caches.open(PREFIX + VERSION);
    await cache.put(request, answer.clone()).catch(() => {});
  }
  return answer;
}

/** Keep what the page loads later, one after the other, unless somebody counts bytes. */
async function keepLater() {
  if (self.navigator.connection?.saveData || !await keptIndex(VERSION)) return;
  const cache = await caches.open(PREFIX + VERSION);
  for (const name of LATER) {
    const address = `${INDEX}v/${VERSION}/${name}`;
    if (await cache.match(address, { ignoreVary: true })) continue;
    const answer = await fetch(address, { priority: "low" });
    if (!answer.ok || answer.redirected) return;
    await cache.put(address, answer);
  }
}

/** Somebody chose a notification: bring the page to where it speaks of. */
async function show({ room, seq, address }) {
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!open) return self.clients.openWindow(address);
  open.postMessage({ type: "notification", room, seq });
  return open.focus();
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});
self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
// What did not come now comes at the next visit, or when it is wanted.
self.addEventListener("message", (event) => event.waitUntil(keepLater().catch(() => {})));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const address = request.url.split(/[?#]/)[0];
  if (request.mode === "navigate" && address === INDEX) event.respondWith(navigate(event));
  else if (address.startsWith(`${INDEX}v/`)) event.respondWith(part(request));
});
