/**
 * The two questions that the page asks: which nick, and which room? With the first
 * comes the passphrase, where the hub asks for one. It knows no socket.
 */

/**
 * @import { NickPrompt, PassPrompt, State } from "../model/types.js"
 * @import { PassField } from "./passfield.js"
 * @import { RoomList } from "./roomlist.js"
 * @import { Acts } from "./types.js"
 */

import { initialState } from "../model/state.js";
import { firstWords, placeName, WORDS } from "../model/strings.js";
import { byId, restingPlace, setText } from "./dom.js";
import { later } from "./later.js";
import { openDialog } from "./overlay.js";

export class NickDialog {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    this.dialog = byId("nick-dialog");
    this.input = byId("nick");
    /** @type {State} */
    this.state = initialState;
    /** @type {NickPrompt | null} */
    this.asked = null;
    /** @type {PassPrompt | null} */
    this.passAsked = null;
    /** @type {PassField | null} */
    this.pass = null;
    // Without a nick there is nothing behind the question to go back to: whatever
    // else a browser does to close it, it comes again.
    this.dialog.addEventListener("close", () => {
      if (this.asked?.renaming) act.keepNick();
      else if (this.asked || this.passAsked) this.open();
    });
    byId("nick-guest").addEventListener("click", () => this.answer(""));
    byId("nick-keep").addEventListener("click", () => act.keepNick());
    byId("nick-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const nick = this.input.value.trim();
      if (nick || !this.asked) this.answer(nick);
      else this.explain(WORDS.nameFirst);
    });
  }

  /** @param {string} nick */
  answer(nick) {
    if (this.passAsked) this.pass?.answer(this.asked ? nick : null);
    else this.act.named(nick);
  }

  /** @param {State} state */
  render(state) {
    this.state = state;
    const { nickPrompt, passPrompt } = state;
    if (nickPrompt === this.asked && passPrompt === this.passAsked) return;
    if (passPrompt && !this.pass) {
      this.withPass();
      return;
    }
    this.asked = nickPrompt;
    this.passAsked = passPrompt;
    if (nickPrompt) this.renderNick(nickPrompt);
    this.pass?.render(state);
    if (passPrompt?.trying) return;
    if (nickPrompt || passPrompt) {
      this.open(state.nick);
      return;
    }
    this.dialog.close();
    restingPlace().focus();
  }

  /** @param {NickPrompt} asked */
  renderNick({ renaming, reason }) {
    const { opening, wanted } = this.state;
    setText(byId("nick-title"), renaming ? WORDS.otherNick : WORDS.welcome);
    setText(byId("nick-words"), renaming ? WORDS.allSee : firstWords(placeName(opening ?? wanted[0])));
    setText(byId("nick-go"), renaming ? WORDS.change : WORDS.join);
    byId("nick-keep").hidden = !renaming;
    byId("nick-guest").hidden = renaming;
    this.explain(reason);
  }

  /** What few hubs ask for is loaded once one does. */
  async withPass() {
    const loaded = await later(() => import("./passfield.js"));
    if (!loaded) return;
    await loaded.dressed();
    this.pass ??= new loaded.PassField(this.act);
    this.render(this.state);
  }

  /**
   * What was refused stays in the box, to be corrected.
   * @param {string} [nick]
   */
  open(nick) {
    const { asked, passAsked, dialog } = this;
    const wasOpen = dialog.open;
    if (!wasOpen && nick !== undefined) this.input.value = nick;
    openDialog(dialog, { lasting: !asked?.renaming });
    // Who is writing a nick goes on with it.
    if (wasOpen && asked && passAsked && !passAsked.wrong) return;
    const box = passAsked && (!asked || passAsked.wrong) ? this.pass?.input : this.input;
    box?.focus();
    box?.select();
  }

  /** @param {string} reason */
  explain(reason) {
    byId("nick-problem").hidden = !reason;
    setText(byId("nick-problem"), reason);
    this.input.setAttribute("aria-invalid", String(Boolean(reason)));
  }
}

export class RoomDialog {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    this.dialog = byId("room-dialog");
    this.input = byId("room");
    /** @type {State} */
    this.state = initialState;
    /** @type {RoomList | null} */
    this.list = null;
    for (const id of ["room-join", "no-room-join"]) byId(id).addEventListener("click", () => this.ask());
    byId("room-close").addEventListener("click", () => this.dialog.close());
    byId("room-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.withList((list) => list.go());
    });
  }

  /** The question is there at once, and takes what is typed; the list may come later. */
  ask() {
    this.input.value = "";
    this.act.directory();
    this.withList((list) => list.show());
    openDialog(this.dialog);
    // The rooms that are open would lie under the keyboard of a phone.
    if (matchMedia("(pointer: fine)").matches) this.input.focus();
    else byId("room-close").focus();
  }

  /** @param {(list: RoomList) => void} does */
  async withList(does) {
    if (!this.list) {
      const loaded = await later(() => import("./roomlist.js"));
      if (!loaded) return;
      await loaded.dressed();
      this.list ??= new loaded.RoomList(this.act);
      this.list.render(this.state);
    }
    does(this.list);
  }

  /** @param {State} state */
  render(state) {
    this.state = state;
    if (state.listing) {
      this.act.listed();
      this.ask();
    }
    this.list?.render(state);
  }
}
