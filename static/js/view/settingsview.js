/**
 * The settings: what a person chooses about the page. It knows no socket, and no
 * notifications: `act` says whether there may be any, and asks.
 */

/**
 * @import { Prefs, State } from "../model/types.js"
 * @import { Acts, Known } from "./types.js"
 */

import { NOTIFY } from "../model/prefs.js";
import { PERMISSION_WORDS, WORDS } from "../model/strings.js";
import { byId, el, reconcile, setText } from "./dom.js";
import { shortcutOf } from "./keys.js";
import { openDialog } from "./overlay.js";

export class SettingsView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    this.dialog = byId("settings-dialog");
    this.ways = [...this.dialog.querySelectorAll("input")].filter(({ name }) => name === "notify");
    /** @type {Prefs | null} */
    this.prefs = null;
    /** @type {Known<{ key: string }>} */
    this.ignored = new Map();
    /** @type {HTMLElement | null} */
    this.opener = null;
    byId("settings-open").addEventListener("click", () => this.open(byId("settings-open")));
    byId("settings-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.opener?.focus());
    document.addEventListener("keydown", (event) => this.pressed(event));
    // What Escape closes is this dialog, not the panel that it was opened from.
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.stopPropagation();
    });
    for (const way of this.ways) way.addEventListener("change", () => this.chosen());
    byId("notify-allow").addEventListener("click", () => this.ask());
    byId("sound").addEventListener("change", () => act.prefer({ sound: byId("sound").checked }));
    byId("sound-try").addEventListener("click", () => act.chime());
    byId("presence").addEventListener("change", () => act.prefer({ presence: byId("presence").checked }));
    this.listenToForget();
  }

  /** Forgetting cannot be undone, so it takes a second word. */
  listenToForget() {
    byId("forget").addEventListener("click", () => {
      this.sure(true);
      byId("forget-keep").focus();
    });
    byId("forget-keep").addEventListener("click", () => {
      this.sure(false);
      byId("forget").focus();
    });
    byId("forget-go").addEventListener("click", () => {
      this.dialog.close();
      this.act.forget();
    });
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (shortcutOf(event) !== "," || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.open(document.activeElement instanceof HTMLElement ? document.activeElement : null);
  }

  /** @param {HTMLElement|null} opener */
  open(opener) {
    this.opener = opener;
    this.sure(false);
    this.renderPermission();
    openDialog(this.dialog);
    this.ways.find((way) => way.checked)?.focus();
  }

  /** @param {boolean} asked */
  sure(asked) {
    byId("forget").hidden = asked;
    byId("forget-sure").hidden = !asked;
  }

  chosen() {
    const notify = NOTIFY.find((one) => one === this.ways.find((way) => way.checked)?.value) ?? "none";
    this.act.prefer({ notify });
    if (notify !== "none") this.ask();
    else this.renderPermission();
  }

  async ask() {
    const focused = document.activeElement;
    await this.act.askToNotify();
    this.renderPermission();
    // The button that asked may be gone, and the focus must not go with it.
    if (focused instanceof HTMLElement && focused.hidden) this.ways.find((way) => way.checked)?.focus();
  }

  renderPermission() {
    const permission = this.act.mayNotify();
    const wanted = this.ways.some((way) => way.checked && way.value !== "none");
    setText(byId("notify-words"), wanted ? PERMISSION_WORDS[permission] : "");
    byId("notify-allow").hidden = !wanted || permission !== "default";
  }

  /** @param {State} state */
  render({ prefs }) {
    if (prefs === this.prefs) return;
    this.prefs = prefs;
    for (const way of this.ways) way.checked = way.value === prefs.notify;
    byId("sound").checked = prefs.sound;
    byId("presence").checked = prefs.presence;
    byId("ignored-none").hidden = prefs.ignored.length > 0;
    const items = prefs.ignored.map((nick) => ({ key: nick }));
    reconcile(byId("ignored-list"), this.ignored, items, () => true, (item) => this.ignoredElement(item));
    this.renderPermission();
  }

  /** @param {{ key: string }} item @returns {HTMLElement} */
  ignoredElement({ key: nick }) {
    return el(
      "li", {},
      el("span", { class: "ignored-nick", dir: "auto", text: nick }),
      el("button", {
        class: "small", type: "button", text: WORDS.showAgain,
        attributes: { "aria-label": `Show ${nick} again` },
        on: {
          click: () => {
            byId("ignored-title").focus();
            this.act.ignore(nick, false);
          },
        },
      }),
    );
  }
}
