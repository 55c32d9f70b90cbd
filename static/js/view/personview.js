/**
 * The dialog about one person. It loads when it is first opened. It knows no socket.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

import { ignoreWords, mentionWords, unseenWords, writeWords } from "../model/dialogstrings.js";
import { ignoring } from "../model/prefs.js";
import { initialState } from "../model/state.js";
import { seenAgainWords } from "../model/strings.js";
import { byId, el, setText } from "./dom.js";
import { lateDialog, show } from "./latedom.js";
import { toast } from "./toast.js";

export class PersonView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {State} */
    this.state = initialState;
    this.nick = "";
    this.dialog = lateDialog("person", "", el(
      "div", { class: "choices" },
      this.choice("write", (nick) => act.openDirect(nick)),
      this.choice("mention", (nick) => act.mention(nick)),
      this.choice("ignore", (nick) => {
        const on = !this.isIgnored();
        act.ignore(nick, on);
        toast(on ? unseenWords(nick) : seenAgainWords(nick));
      }),
    ));
  }

  /** @param {string} name @param {(nick: string) => void} what @returns {HTMLElement} */
  choice(name, what) {
    const click = () => {
      this.dialog.close();
      what(this.nick);
    };
    return el("button", { id: `person-${name}`, class: "quiet", type: "button", on: { click } });
  }

  isIgnored() {
    return ignoring(this.state.prefs)(this.nick);
  }

  /** @param {string} nick */
  open(nick) {
    this.nick = nick;
    setText(byId("person-title"), nick);
    setText(byId("person-write"), writeWords(nick));
    setText(byId("person-mention"), mentionWords(nick));
    setText(byId("person-ignore"), ignoreWords(nick, this.isIgnored()));
    show(this.dialog);
  }

  /** @param {State} state */
  render(state) {
    this.state = state;
  }
}
