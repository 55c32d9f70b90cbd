/**
 * The conversation on the screen: rows, scrolling, and what is read aloud.
 *
 * It knows the state's shape and the DOM, no socket. A reader at the end stays
 * there. For a reader further up, the line that is looked at keeps its place on
 * the screen, whatever loads above, arrives below, or changes its width.
 */

/**
 * @import { MessageEntry, PendingEntry, Room, Row, State } from "../model/types.js"
 * @import { Retention } from "../text/wire.js"
 * @import { Acts, Known, RowContext } from "./types.js"
 */

import { hiding } from "../model/prefs.js";
import { firstSeq, hasOlder, unread } from "../model/room.js";
import { rowsOf, sameRow } from "../model/rows.js";
import { initialState } from "../model/state.js";
import { beginningWords, count, directWords, spokenWords, WORDS } from "../model/strings.js";
import { currentRoom } from "../model/update.js";
import { byId, el, reconcile, setText } from "./dom.js";
import { focusLine, LineActions } from "./lineactions.js";
import { Holding } from "./holding.js";
import { lineElement } from "./lineview.js";
import { UnreadPill } from "./unreadview.js";

/** So near the end counts as being there; a finger seldom stops at the pixel. */
const END_PX = 48;

/** A line that is on its way, or a note, may make way for another while one looks at it. */
const ANCHORS = 5;

/** So near the start the page before it is asked for. */
const EARLY_PX = 400;

/** @typedef {{ key: string, id?: string, top: number }} Anchor */

export class LogView {
  /** @param {Acts} act @param {Speaker} say */
  constructor(act, say) {
    this.act = act;
    this.say = say;
    this.log = byId("log");
    this.lines = byId("lines");
    this.above = byId("above");
    this.button = byId("newest");
    this.words = byId("newest-words");
    /** @type {State} */
    this.state = initialState;
    /** @type {string | null} */
    this.room = null;
    this.jump = 0;
    /** @type {boolean | null} */
    this.stick = true;
    /** @type {Room["aim"]} */
    this.aim = null;
    /** @type {Anchor[]} */
    this.anchors = [];
    /** @type {Known<Row>} */
    this.known = new Map();
    this.actions = new LineActions(this.log, (line) => this.entryOf(line), act);
    /** @type {Set<string>} */
    this.unfolded = new Set();
    /** @type {Set<string> | null} */
    this.printed = null;
    this.pill = new UnreadPill(act, this.log, this.known);
    /** @type {Map<string, Anchor[]>} */
    this.places = new Map();
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.button.addEventListener("click", () => this.act.newest());
    addEventListener("beforeprint", () => this.print(new Set(this.known.keys())));
    addEventListener("afterprint", () => this.print(null));
    /** Somebody holds the lines who was at the end, and is to be there again. */
    this.following = false;
    this.copies = false;
    this.hold = new Holding(this.lines, {
      began: () => this.held(),
      ended: () => this.follow(),
    });
    const settle = new ResizeObserver(() => this.settle());
    settle.observe(this.log);
    settle.observe(this.lines);
  }

  /** @param {State} state */
  render(state) {
    const room = currentRoom(state);
    if (room?.name !== this.room) this.clear(room);
    this.state = state;
    if (!room) {
      this.pill.render(state, room);
      return;
    }
    if (room.jump !== this.jump) {
      this.jump = room.jump;
      this.hold.release();
      this.stick = true;
    }
    const rows = rowsOf(state);
    /** @type {RowContext} */
    const context = {
      unfolded: this.printed ?? this.unfolded, act: this.act, nick: state.nick, unfold: (change) => this.unfold(change),
      linkTo: (entry) => this.act.linkTo(entry),
    };
    this.keepPlace(() => {
      reconcile(this.lines, this.known, rows, sameRow, (row) => lineElement(row, context));
      setText(this.above, aboveWords(room, state.keeps));
    });
    // The line that was left is not there any more.
    if (this.stick && !state.look.atEnd && room.aim === this.aim) this.act.look({ atEnd: true });
    if (room.aim !== this.aim) this.show(room.aim);
    // What measures comes before what changes the page again: each change in
    // between would have all of it laid out once more.
    this.load();
    this.pill.render(state, room);
    this.say.news(state, room);
    this.showButton(room);
  }

  /**
   * Paper cannot be unfolded: there, every text is whole.
   * @param {Set<string>|null} whole
   */
  print(whole) {
    this.printed = whole;
    this.rebuild();
    this.render(this.state);
  }

  /** Make every row anew at the next rendering, with the reader's line where it is. */
  rebuild() {
    if (!this.stick) this.drop();
    this.known.clear();
    this.lines.replaceChildren();
  }

  /** @param {HTMLElement} line @returns {MessageEntry|PendingEntry|undefined} */
  entryOf(line) {
    const row = this.known.get(line.dataset.key ?? "")?.item;
    return row?.kind === "message" || row?.kind === "pending" ? row.entry : undefined;
  }

  /**
   * Bring a line into the middle of the screen, and mark it for a while.
   * @param {Room["aim"]} aim
   */
  show(aim) {
    this.aim = aim;
    const line = aim && this.known.get(`m${aim.seq}`)?.element;
    if (!line) return;
    this.stick = false;
    line.scrollIntoView({ block: "center" });
    for (const old of this.lines.querySelectorAll(".aimed")) old.classList.remove("aimed");
    line.classList.add("aimed");
    if (!document.querySelector("dialog[open]")) focusLine(line);
    this.scrolled();
  }

  /** @param {Room|undefined} room */
  clear(room) {
    if (this.room !== null) this.places.set(this.room, this.anchors);
    this.room = room?.name ?? null;
    this.jump = room?.jump ?? 0;
    this.aim = null;
    // Whoever left it further up is there again.
    this.anchors = (room?.up && this.places.get(room.name)) || [];
    this.stick = !this.anchors.length;
    this.known.clear();
    this.unfolded.clear();
    this.lines.replaceChildren();
    setText(this.above, "");
    this.button.hidden = true;
  }

  /**
   * Change rows so that the reader's line stays where it is on the screen.
   * @param {() => void} change
   * @param {boolean|null} stick
   */
  keepPlace(change, stick = this.stick) {
    // It may be at the end yet, where only the end is kept.
    if (this.stick && !stick) this.drop();
    this.stick = stick;
    change();
    this.settle();
  }

  /** Remember lines that are looked at, and where on the screen each begins: the first that stays counts. */
  drop() {
    // The browser scrolls by whole pixels: what it rounded off must not add up.
    const [anchor] = this.anchors;
    const kept = anchor && this.known.get(anchor.key)?.element;
    if (kept && Math.abs(kept.getBoundingClientRect().top - anchor.top) < 1) return;
    /** @type {any} */
    let row = this.firstVisible();
    // A day moves up when older lines of it load, and the line below it may
    // lose its name to one above.
    while (row && [row, row.previousElementSibling].some((one) => !one || one.classList.contains("day"))) {
      row = row.nextElementSibling;
    }
    this.anchors = [];
    for (; row && this.anchors.length < ANCHORS; row = row.nextElementSibling) {
      this.anchors.push({ key: row.dataset.key, id: this.entryOf(row)?.id, top: row.getBoundingClientRect().top });
    }
  }

  /**
   * What a person unfolds grows downwards, even at the end of the log.
   * @param {() => void} change
   */
  unfold(change) {
    this.keepPlace(change, false);
    this.stick = null;
    this.scrolled();
  }

  /**
   * Rows lie below one another: the first that begins on the screen is found by halving.
   * @returns {HTMLElement|null}
   */
  firstVisible() {
    /** @type {HTMLCollectionOf<any>} */
    const rows = this.lines.children;
    const top = this.log.scrollTop;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].offsetTop >= top) high = middle;
      else low = middle + 1;
    }
    return rows[low] ?? rows[low - 1] ?? null;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** Be again where one was, after anything changed its height. */
  settle() {
    if (this.stick && this.hold.held && !this.isAtEnd()) this.stay();
    if (this.stick && !this.hold.held) {
      this.toEnd();
      return;
    }
    const anchor = this.anchors.find(({ key }) => this.known.has(key)) ?? this.anchors.find(({ id }) => id);
    const row = anchor && (this.known.get(anchor.key)?.element ?? this.confirmed(anchor.id));
    if (row) this.log.scrollTop += row.getBoundingClientRect().top - anchor.top;
  }

  /**
   * The element of a line that was on its way, now that it is in the log.
   * @param {string|undefined} id
   * @returns {HTMLElement|undefined}
   */
  confirmed(id) {
    return [...this.known.values()].find(({ element }) => this.entryOf(element)?.id === id)?.element;
  }

  isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    return scrollHeight - scrollTop - clientHeight < END_PX;
  }

  /** From now on, what is copied reads as a transcript. */
  held() {
    if (this.stick) this.drop();
    // What comes meanwhile is not read.
    this.act.look({ held: true });
    if (this.copies) return;
    this.copies = true;
    import("./copying.js").then(({ copyAsTranscript }) => {
      copyAsTranscript(this.lines, (element) => this.known.get(element.dataset.key ?? "")?.item);
    }).catch(() => {
      this.copies = false;
    });
  }

  /** What is held stays under the hand; what arrives counts as new. */
  stay() {
    this.stick = false;
    this.following = true;
    this.act.look({ atEnd: false });
  }

  /** The hand let go: go on at the end, unless it went elsewhere meanwhile. */
  follow() {
    this.act.look({ held: false });
    if (!this.following) return;
    this.following = false;
    this.stick = true;
    this.toEnd();
    this.act.look({ atEnd: true });
  }

  scrolled() {
    const atEnd = this.isAtEnd();
    if (atEnd !== this.stick) {
      this.stick = atEnd;
      this.act.look({ atEnd });
    }
    // At the end only the end is kept.
    if (!this.stick || this.hold.held) this.drop();
    this.pill.render(this.state, currentRoom(this.state));
    this.load();
  }

  /** Ask for the page above or below when the reader comes near it. */
  load() {
    const room = this.state.rooms.get(this.room ?? "");
    if (!room || room.loading || !room.joined) return;
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    if (scrollTop < EARLY_PX && hasOlder(room)) this.act.older();
    else if (room.detached && scrollHeight - scrollTop - clientHeight < EARLY_PX) this.act.newer();
  }

  /** @param {Room} room */
  showButton(room) {
    const news = unread(room);
    this.button.hidden = Boolean(this.stick) && !room.detached;
    setText(this.words, news ? count(news, "new line", "new lines") : WORDS.toNewest);
  }
}

/** @param {Room} room @param {Retention} keeps @returns {string} */
function aboveWords(room, keeps) {
  if (room.peer !== null) return directWords(room.peer);
  if (room.loading === "older") return WORDS.loading;
  if (hasOlder(room) || !room.joined) return "";
  return beginningWords(room.name, firstSeq(room), keeps);
}

/**
 * Reads new lines aloud, once each, as "name: text".
 *
 * The log itself is no live region: a page of history that loads above would be
 * read from its first line to its last.
 */
export class Speaker {
  constructor() {
    this.region = byId("spoken");
    /** @type {Map<string, number>} */
    this.told = new Map();
    /** What was said of other rooms: it is not said again when one goes there. */
    this.before = new Set();
  }

  /** @param {State} state @param {Room} room */
  news(state, room) {
    // What was there before one came is no news.
    if (room.head === null) return;
    const told = this.told.get(room.name) ?? room.head ?? 0;
    this.told.set(room.name, Math.max(told, room.newest ?? 0));
    if (document.hidden) return;
    const hidden = hiding(state);
    const news = [];
    for (let at = room.entries.length - 1; at >= 0 && news.length < 6; at -= 1) {
      const entry = room.entries[at];
      if (entry.kind !== "message") continue;
      if (entry.seq <= told) break;
      if (this.before.has(`${room.name} ${entry.seq}`)) continue;
      if (entry.nick !== state.nick && !hidden(entry)) news.unshift(entry);
    }
    if (news.length > 5) this.tell(`${count((room.newest ?? 0) - told, "new line", "new lines")}`);
    else for (const entry of news) this.tell(spokenWords(entry));
  }

  /** @param {{ room: string, seq: number | null, newest: number | null, title: string, body: string }} alert */
  elsewhere({ room, seq, newest, title, body }) {
    // Of a conversation with one person every line is spoken.
    if (seq === null) this.told.set(room, newest ?? 0);
    else this.before.add(`${room} ${seq}`);
    // A room that nobody goes to must not fill the memory.
    if (this.before.size > 500) this.before.clear();
    this.tell(`${title}: ${body}`);
  }

  /** @param {string} text */
  tell(text) {
    this.region.append(el("p", { text }));
    while (this.region.childElementCount > 10) this.region.firstElementChild?.remove();
  }
}
