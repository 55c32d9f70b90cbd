/**
 * A short message: shown for a moment, and read aloud once; it may offer one thing to
 * do. It knows no state.
 */

import { byId, el } from "./dom.js";

const SHOWN_MS = 2_500;

/** Whoever uses keys or a screen reader has to get there. */
const OFFERED_MS = 12_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let ending;

/**
 * @param {string} text
 * @param {{ label: string, act(): void }} [offer]
 * @returns {void}
 */
export function toast(text, offer) {
  const place = byId("toast");
  const end = () => {
    // What is about to be pressed does not go away.
    if (place.matches(":hover, :focus-within")) wait();
    else hide(place);
  };
  const wait = () => {
    clearTimeout(ending);
    ending = setTimeout(end, offer ? OFFERED_MS : SHOWN_MS);
  };
  place.textContent = text;
  if (offer) place.append(" ", button(place, offer));
  place.classList.add("shown");
  wait();
}

/** @param {HTMLElement} place */
function hide(place) {
  clearTimeout(ending);
  place.classList.remove("shown");
  place.textContent = "";
}

/** @param {HTMLElement} place @param {{ label: string, act(): void }} offer @returns {HTMLElement} */
function button(place, { label, act }) {
  return el("button", {
    class: "small", type: "button", text: label,
    on: {
      click() {
        hide(place);
        act();
      },
    },
  });
}
