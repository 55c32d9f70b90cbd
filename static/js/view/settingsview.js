/**
 * The settings: what a person chooses about the page. Knows no socket, and no
 * notifications: `act` says whether there may be any, and asks.
 */

import { byId, el, reconcile, setText } from "./dom.js";

const PERMISSION_WORDS = {
  granted: "",
  default: "This browser asks you before it shows notifications.",
  denied: "This browser blocks notifications from this page. You can allow them in its settings for this site.",
  insecure: "Browsers show notifications only on https or localhost.",
  missing: "This browser cannot show notifications.",
};

export class SettingsView {
  constructor(act) {
    this.act = act;
    this.dialog = byId("settings-dialog");
    this.ways = [...this.dialog.querySelectorAll("[name=notify]")];
    this.ignored = new Map();
    this.opener = null;
    byId("settings-open").addEventListener("click", () => this.open(byId("settings-open")));
    byId("settings-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.opener?.focus());
    document.addEventListener("keydown", (event) => this.pressed(event));
    // What Escape closes is this dialog, not the panel that it was opened from.
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.stopPropagation();
    });
    for (const way of this.ways) way.addEventListener("change", () => this.choose(way.value));
    byId("notify-allow").addEventListener("click", () => this.ask());
    byId("sound").addEventListener("change", ({ target }) => act.prefer({ sound: target.checked }));
    byId("sound-try").addEventListener("click", () => act.chime());
    byId("presence").addEventListener("change", ({ target }) => act.prefer({ presence: target.checked }));
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

  pressed(event) {
    if (event.key !== "," || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.open(document.activeElement);
  }

  open(opener) {
    this.opener = opener;
    this.sure(false);
    this.renderPermission();
    if (!this.dialog.open) this.dialog.showModal();
    this.ways.find((way) => way.checked)?.focus();
  }

  sure(asked) {
    byId("forget").hidden = asked;
    byId("forget-sure").hidden = !asked;
  }

  choose(notify) {
    this.act.prefer({ notify });
    if (notify !== "none") this.ask();
    else this.renderPermission();
  }

  async ask() {
    const focused = document.activeElement;
    await this.act.askToNotify();
    this.renderPermission();
    // The button that asked may be gone, and the focus must not go with it.
    if (focused?.hidden) this.ways.find((way) => way.checked)?.focus();
  }

  renderPermission() {
    const permission = this.act.mayNotify();
    const wanted = this.ways.some((way) => way.checked && way.value !== "none");
    setText(byId("notify-words"), wanted ? PERMISSION_WORDS[permission] : "");
    byId("notify-allow").hidden = !wanted || permission !== "default";
  }

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

  ignoredElement({ key: nick }) {
    return el(
      "li", {},
      el("span", { class: "ignored-nick", dir: "auto", text: nick }),
      el("button", {
        class: "small", type: "button", text: "Show again",
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
