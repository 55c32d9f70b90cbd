/**
 * The settings: what a person chooses about the page. They load when they are first
 * opened. It knows no socket, and no notifications: `act` says whether there may be
 * any, and asks.
 */

/**
 * @import { Prefs, State } from "../model/types.js"
 * @import { Acts, Known } from "./types.js"
 */

import {
  FORGET_WORDS, IGNORED_NONE, LATE, NOTIFY_WORDS, PERMISSION_WORDS, showAgainWords, SIZE_WORDS, THEME_WORDS,
} from "../model/dialogstrings.js";
import { readPrefs } from "../model/prefs.js";
import { byId, el, reconcile, setText } from "./dom.js";
import { check, choiceOf, choices, choose, lateDialog, show, textButton } from "./latedom.js";

export class SettingsView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {Prefs | null} */
    this.prefs = null;
    /** @type {Known<{ key: string }>} */
    this.ignored = new Map();
    this.dialog = lateDialog("settings", "Settings", ...this.parts());
    this.dialog.addEventListener("change", ({ target }) => this.changed(target));
  }

  /** @returns {HTMLElement[]} */
  parts() {
    return [
      choices(LATE.tellMe, "notify", NOTIFY_WORDS, [
        el("p", { id: "notify-words", attributes: { role: "status" } }),
        textButton("notify-allow", LATE.allow, () => this.ask()),
        el(
          "div", { class: "option-row" }, check("sound", LATE.sound),
          textButton("sound-try", LATE.tryIt, () => this.act.chime(), LATE.trySound),
        ),
      ]),
      choices("Colours", "theme", THEME_WORDS),
      choices(LATE.size, "size", SIZE_WORDS),
      el("fieldset", {}, el("legend", { text: LATE.conversation }), check("presence", LATE.presence)),
      el(
        "section", { attributes: { "aria-labelledby": "ignored-title" } },
        el("h3", { id: "ignored-title", text: LATE.ignored, tabIndex: -1 }),
        el("p", { id: "ignored-none", text: IGNORED_NONE }),
        el("ul", { id: "ignored-list", class: "ignored-list" }),
      ),
      this.browserPart(),
    ];
  }

  /** Forgetting cannot be undone, so it takes a second word. @returns {HTMLElement} */
  browserPart() {
    const go = textButton("forget-go", LATE.forgetAll, () => {
      this.dialog.close();
      this.act.forget();
    });
    go.classList.add("risky");
    go.setAttribute("aria-describedby", "forget-words");
    return el(
      "section", { attributes: { "aria-labelledby": "forget-title" } },
      el("h3", { id: "forget-title", text: LATE.browser }),
      textButton("forget", LATE.forget, () => {
        this.sure(true);
        byId("forget-keep").focus();
      }),
      el(
        "div", { id: "forget-sure", hidden: true }, el("p", { id: "forget-words", text: FORGET_WORDS }), go,
        textButton("forget-keep", LATE.keep, () => {
          this.sure(false);
          byId("forget").focus();
        }),
      ),
    );
  }

  open() {
    this.sure(false);
    this.renderPermission();
    show(this.dialog, () => this.first());
  }

  /** @returns {HTMLElement|null} */
  first() {
    return this.dialog.querySelector("input:checked");
  }

  /** @param {boolean} asked */
  sure(asked) {
    byId("forget").hidden = asked;
    byId("forget-sure").hidden = !asked;
  }

  /** @param {EventTarget|null} target */
  changed(target) {
    if (!(target instanceof HTMLInputElement)) return;
    const { name, id, checked } = target;
    if (id) this.act.prefer({ [id]: checked });
    else this.act.prefer(readPrefs({ ...this.prefs, [name]: choiceOf(name) }));
    if (name !== "notify") return;
    if (target.value === "none") this.renderPermission();
    else this.ask();
  }

  async ask() {
    const focused = document.activeElement;
    await this.act.askToNotify();
    this.renderPermission();
    // The button that asked may be gone, and the focus must not go with it.
    if (focused instanceof HTMLElement && focused.hidden) this.first()?.focus();
  }

  renderPermission() {
    const permission = this.act.mayNotify();
    const wanted = choiceOf("notify") !== "none";
    setText(byId("notify-words"), wanted ? PERMISSION_WORDS[permission] : "");
    byId("notify-allow").hidden = !wanted || permission !== "default";
  }

  /** @param {State} state */
  render({ prefs }) {
    if (prefs === this.prefs) return;
    this.prefs = prefs;
    choose("notify", prefs.notify);
    choose("theme", prefs.theme);
    choose("size", prefs.size);
    byId("sound").checked = prefs.sound;
    byId("presence").checked = prefs.presence;
    byId("ignored-none").hidden = prefs.ignored.length > 0;
    const items = prefs.ignored.map((nick) => ({ key: nick }));
    reconcile(byId("ignored-list"), this.ignored, items, () => true, (item) => this.ignoredElement(item));
    this.renderPermission();
  }

  /** @param {{ key: string }} item @returns {HTMLElement} */
  ignoredElement({ key: nick }) {
    const again = () => {
      byId("ignored-title").focus();
      this.act.ignore(nick, false);
    };
    return el(
      "li", {}, el("span", { class: "ignored-nick", dir: "auto", text: nick }),
      textButton("", LATE.showAgain, again, showAgainWords(nick)),
    );
  }
}
