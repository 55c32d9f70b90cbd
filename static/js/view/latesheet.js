/**
 * The style sheet of what is loaded when it is first wanted. It knows no state.
 */

import { el } from "./dom.js";

/**
 * Load the style sheet of what is loaded later, where it is not there.
 * @returns {Promise<unknown>}
 */
export async function sheet() {
  const link = document.getElementById("late-sheet") ?? added();
  // Whoever asked for it a moment ago waits for it as well.
  if (!(link instanceof HTMLLinkElement) || link.sheet) return undefined;
  return new Promise((resolve) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", resolve);
  });
}

/** @returns {HTMLElement} */
function added() {
  const script = document.querySelector("script[src]");
  const base = script instanceof HTMLScriptElement ? script.src : "";
  const href = new URL("../css/late.css", base).href;
  const link = el("link", { id: "late-sheet", rel: "stylesheet", href, on: { error: () => link.remove() } });
  document.head.append(link);
  return link;
}
