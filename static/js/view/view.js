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
import { connectionWords, placeName, renewFormats, titleWords } from "../model/strings.js";
import { currentRoom } from "../model/update.js";
import { Composer } from "./composer.js";
import { watchDay } from "./daywatch.js";
import { NickDialog, RoomDialog } from "./dialogs.js";
import { byId, restingPlace, setText } from "./dom.js";
import { dress } from "./dress.js";
import { Finding } from "./finding.js";
import { Keys, openHelp } from "./keys.js";
import { LateDialogs } from "./late.js";
import { later } from "./later.js";
import { LogView, Speaker } from "./logview.js";
import { closeTop } from "./overlay.js";
import { SideView } from "./sideview.js";

export class View {
  /** @param {PageActs} acts @param {BoxStorage} storage */
  constructor(acts, storage) {
    /** @type {Acts} */
    const act = { ...acts, ...this.acts(acts) };
    this.act = act;
    /** @type {State} */
    this.state = initialState;
    this.side = new SideView(act);
    this.log = new LogView(act, new Speaker());
    this.search = new Finding(act);
    this.keys = new Keys(act);
    this.composer = new Composer(act, storage);
    this.nick = new NickDialog(act);
    this.room = new RoomDialog(act);
    this.late = new LateDialogs(act);
    /** @type {{ keep(): void } | null} */
    this.focus = null;
    document.addEventListener("focusin", (event) => this.watchFocus(event));
    watchDay(() => this.retime());
    /** @type {import("./keepdialog.js").KeepDialog | null} */
    this.kept = null;
    byId("keep-open").addEventListener("click", () => this.keep());
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
      quote: (text) => this.composer.quote(text),
      linkTo: ({ seq }) => acts.address(this.state.current ?? "", seq),
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
    this.composer.render(state);
    // Last, since a line that was gone to takes the focus.
    this.log.render(state);
    this.nick.render(state);
    this.room.render(state);
    this.late.render(state);
    this.renderAsked(state);
    this.focus?.keep();
    this.renderAsked(state);
  }

  /**
   * Tell what a screen reader is to say of another room than the one that is shown.
   * @param {Alert} alert
   */
  speak(alert) {
    if (!alert.close && alert.spoken) this.log.say.elsewhere(alert);
  }

  /**
   * What a command asked for is answered on top of the conversation.
   * @param {State} state
   */
  renderAsked({ helping }) {
    if (!helping) return;
    this.act.helped();
    openHelp();
  }

  /** What one can do with the whole room. */
  async keep() {
    const part = await later(() => import("./keepdialog.js"));
    if (part) this.kept ??= new part.KeepDialog(this.act, () => this.state);
    this.kept?.open();
  }

  /** Another day, zone or language: every time is written anew. */
  retime() {
    renewFormats();
    this.log.rebuild();
    this.search.renew();
    this.render(this.state, performance.now());
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
