/**
 * The list of rooms where it is longer than the screen: it shows the room one is in,
 * and says how many with something new lie beyond its edges. It knows elements only.
 */

import { beyondWords } from "../model/roomstrings.js";
import { byId, setText } from "./dom.js";
import { sheet } from "./latesheet.js";

/** When this is done, what is shown here looks as it should. */
export const dressed = sheet;

/** @typedef {"above" | "below"} Edge */

export class RoomsEdge {
  constructor() {
    this.lists = byId("room-lists");
    /** @type {string | null} */
    this.current = null;
    /** @type {Record<Edge, HTMLElement[]>} */
    this.beyond = { above: [], below: [] };
    for (const edge of EDGES) byId(`rooms-${edge}`).addEventListener("click", () => this.go(edge));
    this.lists.addEventListener("scroll", () => this.count(), { passive: true });
    new ResizeObserver(() => this.shown()).observe(this.lists);
  }

  /** @param {string|null} current */
  render(current) {
    const turned = current !== this.current;
    this.current = current;
    if (turned) this.reveal();
    this.count();
  }

  /** The list has another size; a panel that opens has one for the first time. */
  shown() {
    if (!this.height && this.lists.clientHeight) this.reveal();
    this.height = this.lists.clientHeight;
    this.count();
  }

  reveal() {
    this.lists.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  count() {
    const { top, bottom } = this.lists.getBoundingClientRect();
    this.beyond = { above: [], below: [] };
    // A panel that is closed has no edges.
    if (bottom > top) {
      for (const room of this.lists.querySelectorAll(".news > .room")) {
        const { top: begins, bottom: ends } = room.getBoundingClientRect();
        const middle = (begins + ends) / 2;
        if (!(room instanceof HTMLElement)) continue;
        if (middle < top) this.beyond.above.unshift(room);
        else if (middle > bottom) this.beyond.below.push(room);
      }
    }
    for (const edge of EDGES) this.tell(edge, this.beyond[edge]);
  }

  /** @param {Edge} edge @param {HTMLElement[]} rooms */
  tell(edge, rooms) {
    const button = byId(`rooms-${edge}`);
    button.hidden = !rooms.length;
    button.classList.toggle("loud", rooms.some((room) => room.querySelector(".loud")));
    setText(button, beyondWords(rooms.length, edge));
  }

  /**
   * Go to the nearest of them.
   * @param {Edge} edge
   */
  go(edge) {
    const [room] = this.beyond[edge];
    room?.scrollIntoView({ block: "center" });
    room?.focus({ preventScroll: true });
  }
}

/** @type {Edge[]} */
const EDGES = ["above", "below"];
