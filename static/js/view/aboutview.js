/**
 * The dialog about a room, or about a conversation with one person: its topic in
 * full, what is told of it, who else may come, and the way out. It loads when it is
 * first opened. It knows no socket.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

import { aboutWords, LATE, roomNotifyWords } from "../model/dialogstrings.js";
import { NOTIFY } from "../model/prefs.js";
import { withRoom } from "../model/roomprefs.js";
import { initialState } from "../model/state.js";
import { placeName } from "../model/strings.js";
import { currentRoom } from "../model/update.js";
import { byId, el, setText } from "./dom.js";
import { choiceOf, choices, choose, lateDialog, show, textButton } from "./latedom.js";
import { saidElement } from "./textview.js";

export class AboutView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {State} */
    this.state = initialState;
    /** @type {string | null} */
    this.name = null;
    this.dialog = lateDialog(
      "about", "", el("div", { id: "about-topic" }), el("div", { id: "about-notify" }),
      el(
        "div", { class: "about-ways" },
        textButton("about-invite", LATE.invite, () => this.leaveFor(() => act.typed("/invite"))),
        textButton("about-leave", "", () => this.leaveFor(() => act.leave(this.name ?? ""))),
      ),
    );
    this.dialog.addEventListener("change", () => this.changed());
  }

  open() {
    const room = currentRoom(this.state);
    if (!room) return;
    this.name = room.name;
    setText(byId("about-title"), placeName(room.name));
    byId("about-topic").replaceChildren(saidElement(aboutWords(room), "", this.act.copy));
    const words = roomNotifyWords(this.state.prefs.notify, room.peer !== null);
    byId("about-notify").replaceChildren(choices(LATE.tellMe, "about", words, []));
    byId("about-invite").hidden = room.peer !== null;
    setText(byId("about-leave"), room.peer === null ? LATE.leave : LATE.close);
    this.render(this.state);
    show(this.dialog, () => byId("about-close"));
  }

  /** @param {() => void} what */
  leaveFor(what) {
    this.dialog.close();
    what();
  }

  changed() {
    if (this.name === null) return;
    const chosen = NOTIFY.find((one) => one === choiceOf("about")) ?? null;
    this.act.prefer({ rooms: withRoom(this.state.prefs.rooms, this.name, chosen) });
    if (chosen !== null && chosen !== "none") this.act.askToNotify();
  }

  /** @param {State} state */
  render(state) {
    this.state = state;
    if (this.name === null || !document.getElementById("about-choices")) return;
    const { rooms } = state.prefs;
    choose("about", Object.hasOwn(rooms, this.name) ? rooms[this.name] : "");
  }
}
