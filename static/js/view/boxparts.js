/**
 * What the text box needs only now and then, loaded when it is first wanted: what is
 * offered while one writes, and what can be made of a block. It knows the box, no state.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { PasteHead } from "./pasteview.js"
 * @import { Suggest } from "./suggest.js"
 */

/**
 * @typedef {{
 *   state(): State, list(): void, seek(text: string): void,
 *   put(from: number, to: number, text: string): void, set(text: string): void, tell(text: string): void, say(text: string): boolean,
 * }} BoxActs
 */

import { byId } from "./dom.js";
import { later } from "./later.js";

export class BoxParts {
  /** @param {HTMLTextAreaElement} box @param {BoxActs} acts */
  constructor(box, acts) {
    this.box = box;
    this.acts = acts;
    /** @type {Suggest | null} */
    this.suggest = null;
    /** @type {PasteHead | null} */
    this.head = null;
    /** @type {Promise<typeof import("./suggest.js") | null> | null} */
    this.coming = null;
  }

  /**
   * Whether it can be tried to load something. Browsers try a module once: what could
   * not be had then cannot be had until the page is loaded again. A gateway of another
   * version has nothing for this one.
   */
  get reachable() {
    return this.acts.state().connection.phase === "live" && byId("newer").hidden;
  }

  /**
   * Load what is offered. Without a network nothing is, and everything can be written.
   * @returns {Promise<Suggest | null>}
   */
  async offers() {
    if (this.reachable) this.coming ??= import("./suggest.js").catch(() => null);
    const loaded = await this.coming;
    await loaded?.dressed();
    if (loaded) this.suggest ??= new loaded.Suggest(this.box, this.acts);
    return this.suggest;
  }

  /**
   * Do something with the head of a block.
   * @param {string|null} room where the block is written
   * @param {(head: PasteHead) => void} does
   */
  async withHead(room, does) {
    if (!this.head && !this.reachable) return;
    if (!this.head) {
      const loaded = await later(() => import("./pasteview.js"));
      if (!loaded) return;
      await loaded.dressed();
      this.head ??= new loaded.PasteHead(this.box, this.acts);
      this.head.enter(room);
    }
    if (this.head.room === (room ?? "")) does(this.head);
  }
}
