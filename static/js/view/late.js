/**
 * Dialogs that few visits need: their scripts come when they are first asked for. It
 * knows no socket.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

/** @typedef {"settings" | "about" | "invite" | "person"} LateName */
/** @typedef {{ open(what: string): void, render(state: State): void }} LateView */

import { initialState } from "../model/state.js";
import { byId } from "./dom.js";
import { shortcutOf } from "./keys.js";
import { later } from "./later.js";

/** @type {Record<LateName, (act: Acts) => Promise<LateView>>} */
const makers = {
  settings: async (act) => new (await import("./settingsview.js")).SettingsView(act),
  about: async (act) => new (await import("./aboutview.js")).AboutView(act),
  person: async (act) => new (await import("./personview.js")).PersonView(act),
  invite: async (act) => new (await import("./inviteview.js")).InviteView(act),
};

export class LateDialogs {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {State} */
    this.state = initialState;
    /** @type {Map<LateName, Promise<LateView>>} */
    this.coming = new Map();
    /** @type {LateView[]} */
    this.views = [];
    byId("settings-open").addEventListener("click", () => this.open("settings"));
    for (const id of ["about-open", "topic"]) byId(id).addEventListener("click", () => this.open("about"));
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (shortcutOf(event) !== "," || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    this.open("settings");
  }

  /** @param {LateName} name @param {string} what */
  async open(name, what = "") {
    const view = await later(() => this.come(name));
    if (!view) {
      this.coming.delete(name);
      return;
    }
    view.render(this.state);
    if (!document.querySelector("dialog[open]")) view.open(what);
  }

  /** @param {LateName} name @returns {Promise<LateView>} */
  come(name) {
    const known = this.coming.get(name);
    if (known) return known;
    const coming = makers[name](this.act).then((view) => {
      this.views.push(view);
      return view;
    });
    this.coming.set(name, coming);
    return coming;
  }

  /** @param {State} state */
  render(state) {
    const { invitation } = this.state;
    this.state = state;
    if (state.invitation && state.invitation !== invitation) this.open("invite");
    for (const view of this.views) view.render(state);
  }
}
