/**
 * What can be done about one person. Knows no socket.
 */

import { byId, setText } from "./dom.js";

export class PersonDialog {
  /** `act` has talk(nick) and mention(nick). */
  constructor(act) {
    this.dialog = byId("person-dialog");
    this.nick = "";
    const on = (id, what) => byId(id).addEventListener("click", () => {
      this.dialog.close();
      what(this.nick);
    });
    on("person-write", act.talk);
    on("person-mention", act.mention);
    on("person-close", () => {});
  }

  ask(nick) {
    this.nick = nick;
    setText(byId("person-title"), nick);
    setText(byId("person-write"), `Write to ${nick} alone`);
    setText(byId("person-mention"), `Mention ${nick} here`);
    this.dialog.showModal();
  }
}
