/**
 * The passphrase of a hub that asks for one, as a part of the dialog that asks for a
 * nick; who has a nick is asked for it alone. It is loaded when it is first asked for. It
 * knows no socket, and keeps what is typed no longer than the question stands.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

import { LATE, sentence } from "../model/dialogstrings.js";
import { byId, el, setText } from "./dom.js";
import { check, textButton } from "./latedom.js";
import { sheet } from "./latesheet.js";

/** When this is done, what is made here looks as it should. */
export const dressed = sheet;

/** What a hub takes at most. */
const LIMIT = "256";

export class PassField {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    this.asked = false;
    this.trying = false;
    this.nick = byId("nick");
    this.input = el("input", {
      id: "pass", type: "password", attributes: {
        name: "pass", autocomplete: "current-password", autocapitalize: "off", spellcheck: "false",
        maxlength: LIMIT, dir: "auto", "aria-describedby": "pass-words pass-problem",
      },
    });
    this.eye = textButton("pass-show", "Show", () => this.show(this.input.type === "password"), LATE.showPass);
    this.words = el("p", { id: "pass-words" });
    this.problem = el("p", { id: "pass-problem", class: "error", attributes: { role: "alert" } });
    this.tries = el("p", { class: "sr", attributes: { role: "status" } });
    const remember = check("pass-remember", LATE.passRemember);
    this.remember = /** @type {HTMLInputElement} */ (remember.firstElementChild);
    this.part = el(
      "div", { id: "pass-part", hidden: true }, this.words,
      el("label", { text: LATE.pass, attributes: { for: "pass" } }),
      el("div", { class: "pass-row" }, this.input, this.eye), this.problem, remember, this.tries,
    );
    byId("nick-problem").after(this.part);
  }

  /** @param {State} state */
  render({ nickPrompt, passPrompt, remember }) {
    if (passPrompt && !this.asked) this.remember.checked = remember;
    this.asked = passPrompt !== null;
    this.renderTrying(Boolean(passPrompt?.trying));
    this.part.hidden = !passPrompt;
    const alone = passPrompt !== null && !nickPrompt;
    for (const one of [...this.nick.labels ?? [], this.nick]) one.hidden = alone;
    if (!passPrompt) {
      this.input.value = "";
      this.show(false);
    }
    if (!passPrompt || this.trying) return;
    const words = passPrompt.wrong ? LATE.passNeeded : sentence(passPrompt.reason);
    this.explain(passPrompt.wrong ? sentence(passPrompt.reason) : "");
    this.words.hidden = alone;
    setText(this.words, words);
    if (alone) this.renderAlone(words);
  }

  /** @param {string} words */
  renderAlone(words) {
    setText(byId("nick-title"), LATE.passTitle);
    setText(byId("nick-words"), words);
    setText(byId("nick-go"), LATE.passGo);
    for (const id of ["nick-keep", "nick-guest", "nick-problem"]) byId(id).hidden = true;
  }

  /** The hub takes its time for a wrong one. @param {boolean} trying */
  renderTrying(trying) {
    this.trying = trying;
    for (const box of [this.input, this.nick]) box.readOnly = trying;
    for (const id of ["nick-go", "nick-guest"]) byId(id).setAttribute("aria-disabled", String(trying));
    setText(this.tries, trying ? LATE.passTrying : "");
    const go = byId("nick-go");
    // Other words, and nothing moves.
    go.style.minWidth = trying ? `${go.offsetWidth}px` : "";
    if (trying) setText(go, LATE.passTrying);
  }

  /**
   * Try what is written, for who is called `nick`, or has a nick already.
   * @param {string | null} nick
   */
  answer(nick) {
    if (this.trying) return;
    const pass = this.input.value.trim();
    if (!pass) {
      this.explain(LATE.passFirst);
      this.input.focus();
      return;
    }
    this.show(false);
    this.act.passed({ nick, pass, remember: this.remember.checked });
  }

  /** @param {boolean} shown */
  show(shown) {
    this.input.type = shown ? "text" : "password";
    setText(this.eye, shown ? "Hide" : "Show");
    this.eye.setAttribute("aria-label", shown ? LATE.hidePass : LATE.showPass);
  }

  /** @param {string} reason */
  explain(reason) {
    this.problem.hidden = !reason;
    setText(this.problem, reason);
    this.input.setAttribute("aria-invalid", String(Boolean(reason)));
  }
}
