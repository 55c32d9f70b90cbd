/**
 * The two questions that the page asks: which nick, and which room? It knows no
 * socket.
 */

/**
 * @import { NickPrompt, State } from "../model/types.js"
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
    this.dialog = byId("nick-dialog");
    this.input = byId("nick");
    /** @type {NickPrompt | null} */
    this.asked = null;
    // Without a nick there is nothing behind the question to go back to: whatever
    // else a browser does to close it, it comes again.
    this.dialog.addEventListener("close", () => {
      if (!this.asked) return;
      if (this.asked.renaming) act.keepNick();
      else this.open(this.asked);
    });
    byId("nick-guest").addEventListener("click", () => act.named(""));
    byId("nick-keep").addEventListener("click", () => act.keepNick());
    byId("nick-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const nick = this.input.value.trim();
      if (nick) act.named(nick);
      else this.explain(WORDS.nameFirst);
    });
  }

  /** @param {State} state */
  render(state) {
    const { nickPrompt } = state;
    if (nickPrompt === this.asked) return;
    this.asked = nickPrompt;
    if (!nickPrompt) {
      this.dialog.close();
      restingPlace().focus();
      return;
    }
    this.open(nickPrompt, state.nick);
    const { renaming } = nickPrompt;
    setText(byId("nick-title"), renaming ? WORDS.otherNick : WORDS.welcome);
    setText(byId("nick-words"), renaming
      ? WORDS.allSee
      : firstWords(placeName(state.opening ?? state.wanted[0])));
    setText(byId("nick-go"), renaming ? WORDS.change : WORDS.join);
    byId("nick-keep").hidden = !renaming;
    byId("nick-guest").hidden = renaming;
    this.explain(nickPrompt.reason);
  }

  /**
   * What was refused stays in the box, to be corrected.
   * @param {NickPrompt} asked
   * @param {string} [nick]
   */
  open({ renaming }, nick) {
    if (!this.dialog.open && nick !== undefined) this.input.value = nick;
    openDialog(this.dialog, { lasting: !renaming });
    this.input.focus();
    this.input.select();
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
