/**
 * The browser's history as the page uses it: an entry for each room that was gone to,
 * and one more while something lies on top, so that Back closes that.
 *
 * Back goes to rooms that are still open, and passes those that were left. It knows
 * no state and no elements: it is told what is shown, and says where Back leads.
 */

/**
 * `place` counts the page's entries from the one that it began with.
 *
 * @typedef {{ place: number, room: string | null, seq: number | null, top: boolean }} Mark
 * @typedef {{
 *   isOpen(room: string): boolean, visit(place: { room: string, seq: number | null }): void,
 *   closeTop(): void,
 * }} Travel
 */

import { currentRoute, hashOf } from "./route.js";

/** A browser that is asked for too many steps takes none. */
const STEP_MS = 1_000;

export class Journey {
  /** @param {Travel} travel */
  constructor(travel) {
    this.travel = travel;
    const kept = readMark(history.state);
    /** @type {Mark} */
    this.mark = { place: 0, room: null, seq: null, ...kept, top: false };
    /** What was shown last, and what is to stand in the address. */
    this.told = "";
    this.room = this.mark.room;
    this.seq = this.mark.seq;
    this.top = false;
    /** Whether a step that the page made itself is on its way. */
    this.stepping = false;
    if (kept?.top) this.write(this.mark, false);
    addEventListener("popstate", () => this.came());
    addEventListener("hashchange", () => this.followed());
  }

  /**
   * The page shows this room, and this line of it.
   * @param {string|null} room
   * @param {number} [seq]
   */
  shows(room, seq) {
    const told = JSON.stringify([room, seq]);
    if (room === null || told === this.told) return;
    this.told = told;
    this.room = room;
    this.seq = seq ?? null;
    this.settle();
  }

  /** @param {boolean} top */
  covered(top) {
    this.top = top;
    this.settle();
  }

  /** Make the browser's entry the one that belongs to what is shown. */
  settle() {
    if (this.stepping) return;
    const { room, seq, mark } = this;
    if (room !== null && (mark.room !== room || mark.seq !== seq)) {
      const moved = mark.room !== null && mark.room !== room;
      // A room that was left has no entry any more, nor has what lay on top of it.
      const adds = moved && !mark.top && this.travel.isOpen(mark.room ?? "");
      this.write({ place: mark.place + Number(adds), room, seq, top: mark.top && !moved }, adds);
    }
    if (this.top && !this.mark.top) this.write({ ...this.mark, place: this.mark.place + 1, top: true }, true);
    else if (!this.top && this.mark.top) this.back();
  }

  /** @param {Mark} mark @param {boolean} adds */
  write(mark, adds) {
    this.mark = mark;
    const address = mark.room === null ? location.href : hashOf(mark.room, mark.seq);
    if (adds) history.pushState(mark, "", address);
    else history.replaceState(mark, "", address);
  }

  back() {
    this.stepping = true;
    history.back();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.stepped(), STEP_MS);
  }

  stepped() {
    this.stepping = false;
    this.mark = { ...this.mark, ...readMark(history.state) };
    this.settle();
  }

  /** The browser has gone to another entry. */
  came() {
    const before = this.mark;
    const mark = readMark(history.state);
    if (!mark) return this.followed();
    if (this.stepping) return this.stepped();
    this.mark = mark;
    if (this.top && !mark.top) {
      this.travel.closeTop();
      if (mark.room === this.room) return this.settle();
    }
    // What was closed is not opened again by going forward.
    if (mark.top && !this.top) return this.back();
    if (mark.room === null || (mark.room === this.room && mark.seq === this.seq)) return this.settle();
    if (!this.travel.isOpen(mark.room)) {
      if (mark.place > 0 && mark.place < before.place) return history.back();
      return this.settle();
    }
    this.room = mark.room;
    this.seq = mark.seq;
    return this.travel.visit({ room: mark.room, seq: mark.seq });
  }

  /** Somebody followed a link to a room, or wrote an address: a new entry without a mark. */
  followed() {
    if (readMark(history.state)) return;
    const { room, seq } = currentRoute();
    if (!room) return this.settle();
    this.room = room;
    this.seq = seq;
    this.write({ place: this.mark.place + 1, room, seq, top: false }, false);
    return this.travel.visit({ room, seq });
  }
}

/** @param {any} state @returns {Mark|null} */
function readMark(state) {
  return Number.isInteger(state?.place) ? state : null;
}
