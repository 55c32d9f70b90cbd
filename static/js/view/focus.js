/**
 * The focus is never stranded: where what had it is gone, something near has it.
 *
 * A browser gives the focus of what is removed or hidden to nothing, and whoever
 * uses keys or a screen reader begins again at the top of the page. It loads when
 * the focus is first on anything but a box to write in. It knows elements only.
 */

import { byId, restingPlace } from "./dom.js";

export class FocusKeeper {
  constructor() {
    /** @type {Element | null} */
    this.last = null;
    /** @type {{ list: Element, place: number } | null} */
    this.near = null;
    document.addEventListener("focusin", ({ target }) => this.note(target));
    this.note(document.activeElement);
  }

  /** @param {EventTarget|null} target */
  note(target) {
    if (!(target instanceof Element)) return;
    this.last = target;
    const item = target.closest("li");
    const list = item?.parentElement;
    this.near = item && list ? { list, place: [...list.children].indexOf(item) } : null;
  }

  /** Look after each change of the screen. */
  keep() {
    const { activeElement: active, body } = document;
    if (active && active !== body && isThere(active)) return;
    // Whoever clicks beside everything wants nothing to have the focus.
    if (!this.last || isThere(this.last) || document.querySelector("dialog[open]")) return;
    const heir = this.heir();
    this.last = null;
    heir.focus({ preventScroll: true });
  }

  /** @returns {HTMLElement} */
  heir() {
    const { list, place } = this.near ?? { list: null, place: 0 };
    const item = list?.children[Math.min(place, list.childElementCount - 1)];
    // Not a button that removes something: the same key again would remove the next.
    const goal = item?.matches("[tabindex]") ? item : item?.querySelector("button:not(.leave)");
    if (goal instanceof HTMLElement && isThere(goal)) return goal;
    const panel = document.querySelector(".side.open, #search:not([hidden])");
    const close = byId("main").matches("[inert]") ? panel?.querySelector("button") : null;
    return close ?? restingPlace();
  }
}

/** @param {Element} element @returns {boolean} */
function isThere(element) {
  return element.isConnected && element.checkVisibility() && !element.closest("[inert]");
}
