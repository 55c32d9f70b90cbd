/**
 * The way back from a hit to the hits, where the search makes way for the lines. It
 * knows where the hit is, and no search.
 */

/** @import { State } from "../model/types.js" */
/** @import { Layer } from "./overlay.js" */

import { currentRoom } from "../model/update.js";
import { lay, lift, NARROW } from "./overlay.js";

export class Hit {
  /** @param {(text: string) => void} search */
  constructor(search) {
    this.search = search;
    this.text = "";
    /** @type {{ room: string, seq: number, shown: boolean } | null} */
    this.place = null;
    /** @type {Layer} */
    this.layer = { query: NARROW, close: () => this.close() };
  }

  /** @param {string} text @param {string} room @param {number} seq */
  follow(text, room, seq) {
    this.text = text;
    this.place = { room, seq, shown: false };
    lay(this.layer);
  }

  /** Whoever goes on from the hit does not want to go back to the others. @param {State} state */
  render(state) {
    if (!this.place) return;
    const there = currentRoom(state)?.aim?.seq === this.place.seq && state.current === this.place.room;
    if (!there && (this.place.shown || state.current !== this.place.room)) this.leave();
    else this.place.shown = there;
  }

  leave() {
    this.place = null;
    lift(this.layer);
  }

  close() {
    this.leave();
    this.search(this.text);
  }
}
