/**
 * The registration of the service worker, and the word that there is a new version.
 *
 * It knows the DOM and no state. Where the browser has no workers for this page (it
 * came over plain http from another machine), nothing here does anything.
 */

import { WORDS } from "../model/strings.js";
import { byId, setText } from "./dom.js";

/** The page's own version stands in the address of each of its modules. */
const own = /\/v\/(\w+)\/js\//u.exec(import.meta.url)?.[1];
const workers = navigator.serviceWorker;
const idle = globalThis.requestIdleCallback ?? setTimeout;
/** @type {ServiceWorkerRegistration | null} */
let registered = null;

/** Begin, once the page has loaded and has nothing better to do. */
export function startWorker() {
  if (!workers || !own) return;
  workers.addEventListener("message", ({ data }) => {
    if (data.version !== own) tell();
  });
  workers.startMessages();
  byId("newer-reload").addEventListener("click", () => location.reload());
  const begin = () => idle(register);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}

/**
 * See whether there is a new version, since a gateway that was away may have become
 * another, and have kept what is loaded later: the network may go before it is wanted.
 */
export function checkForUpdate() {
  registered?.update().catch(() => {});
  workers?.ready.then(({ active }) => idle(() => active?.postMessage("later")));
}

async function register() {
  // The address of a worker is as good as code: it has to come from a policy
  // with this name, and there it can only be this one.
  const make = { createScriptURL: () => "sw.js" };
  /** @type {any} */
  const { trustedTypes } = globalThis;
  const policy = trustedTypes?.createPolicy("hubbub-worker", make) ?? make;
  try {
    registered = await workers.register(policy.createScriptURL(""), { updateViaCache: "none" });
  } catch {
    // Without a network, or where workers are forbidden, the page works as it is.
  }
}

function tell() {
  byId("newer").hidden = false;
  setText(byId("newer-words"), WORDS.newVersion);
}
