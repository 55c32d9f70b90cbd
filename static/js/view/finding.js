/**
 * The door to the search: its panel is loaded when it is first opened. It knows no
 * panel.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

/** @typedef {{ shown: unknown, render(state: State): void }} Panel */

import { byId } from "./dom.js";
import { later } from "./later.js";

export class Finding {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    this.open = false;
    /** @type {Panel | null} */
    this.panel = null;
    /** @type {State | null} */
    this.state = null;
    this.loading = false;
    byId("search-open").addEventListener("click", () => (this.open ? act.closeSearch() : act.search("")));
  }

  /** @param {State} state */
  render(state) {
    this.state = state;
    this.open = state.search.open;
    if (this.panel) this.panel.render(state);
    else if (this.open && !this.loading) this.load();
  }

  async load() {
    this.loading = true;
    const part = await later(() => import("./searchview.js"));
    if (part) this.panel = await part.makeSearch(this.act);
    this.loading = false;
    if (!part) this.act.closeSearch();
    if (this.state) this.panel?.render(this.state);
  }

  /** Another day or zone: times are written anew. */
  renew() {
    if (this.panel) this.panel.shown = null;
  }
}
