/**
 * The dialog about one person. It knows no socket.
 */

import { ignoreWords, mentionWords, seenAgainWords, unseenWords, writeWords } from "../model/strings.js";
import { byId, setText } from "./dom.js";
import { openDialog } from "./overlay.js";
import { toast } from "./toast.js";

export class PersonDialog {
  /**
   * `act` has openDirect(nick), mention(nick) and ignore(nick, on).
   * @param {{
   *   openDirect(nick: string): void, mention(nick: string): void,
   *   ignore(nick: string, on: boolean): void,
   * }} act
   */
  constructor(act) {
    this.dialog = byId("person-dialog");
    this.nick = "";
    this.ignored = false;
    /** @param {string} id @param {(nick: string) => void} what */
    const on = (id, what) => byId(id).addEventListener("click", () => {
      this.dialog.close();
      what(this.nick);
    });
    on("person-write", act.openDirect);
    on("person-mention", act.mention);
    on("person-ignore", (nick) => {
      act.ignore(nick, !this.ignored);
      toast(this.ignored ? seenAgainWords(nick) : unseenWords(nick));
    });
    on("person-close", () => {});
  }

  /** @param {string} nick @param {boolean} ignored */
  ask(nick, ignored) {
    this.nick = nick;
    this.ignored = ignored;
    setText(byId("person-title"), nick);
    setText(byId("person-write"), writeWords(nick));
    setText(byId("person-mention"), mentionWords(nick));
    setText(byId("person-ignore"), ignoreWords(nick, ignored));
    openDialog(this.dialog);
  }
}
