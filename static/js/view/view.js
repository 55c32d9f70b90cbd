/**
 * The page as a picture of the state. It knows the DOM, no socket and no storage.
 */

/**
 * @import { Alert, State } from "../model/types.js"
 * @import { Acts, BoxStorage, PageActs, ScreenActs } from "./types.js"
 */

import { unreadTotals } from "../model/alerts.js";
import { directsOf } from "../model/directs.js";
import { initialState } from "../model/state.js";
import { closedWords, connectionWords, leftWords, placeName, quoteOf, titleWords, UNDO } from "../model/strings.js";
import { currentRoom } from "../model/update.js";
import { Composer } from "./composer.js";
import { NickDialog, RoomDialog } from "./dialogs.js";
import { byId, restingPlace, setText } from "./dom.js";
import { dress } from "./dress.js";
import { Hit } from "./hit.js";
import { Keys, openHelp } from "./keys.js";
import { LateDialogs } from "./late.js";
import { LogView, Speaker } from "./logview.js";
import { closeTop, NARROW } from "./overlay.js";
import { SearchView } from "./searchview.js";
import { SideView } from "./sideview.js";
import { toast } from "./toast.js";

export class View {
  /** @param {PageActs} acts @param {BoxStorage} storage */
  constructor(acts, storage) {
    /** @type {Acts} */
    const act = { ...acts, ...this.acts(acts) };
    this.act = act;
    /** @type {State} */
    this.state = initialState;
    this.closed = initialState.closed;
    this.left = initialState.left;
    this.side = new SideView(act);
    this.log = new LogView(act, new Speaker());
    this.search = new SearchView(act);
    this.hit = new Hit((text) => act.search(text));
    this.keys = new Keys(act);
    this.composer = new Composer(act, storage);
    this.nick = new NickDialog(act);
    this.room = new RoomDialog(act);
    this.late = new LateDialogs(act);
    /** @type {{ keep(): void } | null} */
    this.focus = null;
    document.addEventListener("focusin", (event) => this.watchFocus(event));
    byId("link-button").addEventListener("click", () => act.connect());
    // In the markup it is disabled: what is written before anybody reads it would be lost.
    byId("text").disabled = false;
  }

  /** @param {FocusEvent} event */
  async watchFocus({ target }) {
    if (this.focus || !(target instanceof Element) || target.matches("input, textarea, #newer *")) return;
    this.focus = { keep() {} };
    const made = import("./focus.js").then(({ FocusKeeper }) => new FocusKeeper());
    this.focus = await made.catch(() => null);
  }

  /**
   * What one part of the screen asks of another.
   * @param {PageActs} acts
   * @returns {ScreenActs}
   */
  acts(acts) {
    return {
      person: (nick) => this.askAbout(nick),
      mention: (nick) => this.composer.insert(`@${nick} `),
      reply: (entry) => this.composer.quote(quoteOf(entry)),
      linkTo: ({ seq }) => acts.address(this.state.current ?? "", seq),
      found: (seq) => this.found(seq),
      chooseRoom: () => this.room.ask(),
      nextRoom: (step) => this.nextRoom(step),
      escape: (target) => this.escape(target),
    };
  }

  /** @param {string} nick */
  askAbout(nick) {
    if (nick === this.state.nick) this.act.askNick();
    else this.late.open("person", nick);
  }

  /**
   * Where the panel covers the lines it makes way for the one that was found.
   * @param {number} seq
   */
  found(seq) {
    const { room, text } = this.state.search;
    if (room === null) return;
    if (matchMedia(NARROW).matches) {
      this.hit.follow(text, room, seq);
      this.act.closeSearch();
    }
    this.act.visit({ room, seq });
  }

  /**
   * Open the room above or below in the list; it has no ends.
   * @param {number} step
   */
  nextRoom(step) {
    const { rooms, wanted, current } = this.state;
    const directs = directsOf(this.state).map(({ name }) => name);
    const all = [...wanted.filter((name) => rooms.has(name)), ...directs];
    if (all.length) this.act.open(all[(all.indexOf(current ?? "") + step + all.length) % all.length]);
  }

  /**
   * Close what stands open; else come back to the box, with everything read.
   * @param {EventTarget|null} target
   */
  escape(target) {
    if (closeTop()) return undefined;
    if (this.state.search.open) return this.act.closeSearch();
    if (target !== byId("text")) restingPlace().focus();
    return this.act.seen();
  }

  /**
   * Show `state`; `now` is the clock that its times belong to.
   * @param {State} state
   * @param {number} now
   */
  render(state, now) {
    this.state = state;
    const room = currentRoom(state);
    document.title = titleWords(state);
    const { lines, mentions } = unreadTotals(state);
    this.act.showCount(mentions || lines);
    setText(byId("room-title"), placeName(state.current));
    const topic = room?.peer ? "between you two" : room?.topic ?? "";
    setText(byId("topic"), topic);
    byId("topic").title = topic;
    byId("about-open").hidden = !room;
    dress(state.prefs);
    byId("no-room").hidden = Boolean(room) || state.opening !== null || state.connection.phase !== "live";
    this.renderConnection(state, now);
    this.side.render(state);
    this.search.render(state);
    this.hit.render(state);
    this.composer.render(state);
    // Last, since a line that was gone to takes the focus.
    this.log.render(state);
    this.nick.render(state);
    this.room.render(state);
    this.late.render(state);
    this.renderAsked(state);
    this.focus?.keep();
  }

  /**
   * Tell what a screen reader is to say of another room than the one that is shown.
   * @param {Alert} alert
   */
  speak(alert) {
    if (!alert.close && alert.spoken) this.log.say.elsewhere(alert);
  }

  /**
   * What was asked for or done by a command is answered on top of the conversation.
   * @param {State} state
   */
  renderAsked({ helping, closed, left }) {
    if (helping) {
      this.act.helped();
      openHelp();
    }
    if (left && left !== this.left) toast(leftWords(left.room.name), { words: UNDO, does: this.act.undoLeave });
    this.left = left;
    if (closed === this.closed) return;
    this.closed = closed;
    if (closed) toast(closedWords(closed.peer ?? ""), { words: UNDO, does: this.act.reopen });
  }

  /** @param {Map<string, string>} drafts */
  takeDrafts(drafts) {
    this.composer.takeDrafts(drafts);
  }

  /** @param {State} state @param {number} now */
  renderConnection(state, now) {
    const { tone, text, button } = connectionWords(state, now);
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
