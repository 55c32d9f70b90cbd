/**
 * The page as a picture of the state. Knows the DOM, no socket and no storage.
 */

import { showCount } from "./badge.js";
import { Composer } from "./composer.js";
import { NickDialog, RoomDialog } from "./dialogs.js";
import { byId, setText } from "./dom.js";
import { LogView, Speaker } from "./logview.js";
import { SideView } from "./sideview.js";
import { linkWords, newsCount, titleWords } from "./words.js";

export class View {
  constructor(act, drafts, saveDrafts) {
    this.side = new SideView({ ...act, address: (nick) => this.composer.address(nick) });
    this.log = new LogView(act, new Speaker());
    this.composer = new Composer(act, drafts, saveDrafts);
    this.nick = new NickDialog(act);
    this.room = new RoomDialog(act);
    byId("link-button").addEventListener("click", () => act.connect());
    // In the markup it is disabled: what is written before anybody reads it would be lost.
    byId("text").disabled = false;
  }

  /** Show `state`; `now` is the clock that its times belong to. */
  render(state, now) {
    const room = state.rooms.get(state.current);
    document.title = titleWords(state);
    showCount(newsCount(state));
    setText(byId("room-title"), state.current ? `#${state.current}` : "Hubbub");
    setText(byId("topic"), room?.topic ?? "");
    byId("topic").title = room?.topic ?? "";
    byId("no-room").hidden = Boolean(room) || state.opening !== null || state.link.phase !== "live";
    this.renderLink(state, now);
    this.side.render(state);
    this.log.render(state);
    this.composer.render(state);
    this.nick.render(state);
    this.room.render(state);
  }

  renderLink(state, now) {
    const { tone, text, button } = linkWords(state, now);
    const bar = byId("link");
    bar.dataset.tone = tone;
    bar.hidden = !text;
    setText(byId("link-words"), text);
    // The seconds count down on the screen; they are read out once.
    setText(byId("link-spoken"), text.replace(/ Trying again in \d+ s\./u, ""));
    byId("link-button").hidden = !button;
    setText(byId("link-button"), button);
  }
}
