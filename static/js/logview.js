/**
 * The conversation on the screen: rows, scrolling, and what is read aloud.
 *
 * Knows the state's shape and the DOM, no socket. Whoever is at the end stays
 * there; whoever reads further up keeps the line they are looking at where it is
 * on the screen, whatever loads above, arrives below, or changes its width.
 */

import { byId, el, reconcile, setText } from "./dom.js";
import { focusLine, LineActions } from "./lineactions.js";
import { lineElement } from "./lineview.js";
import { hiding } from "./prefs.js";
import { firstSeq, hasOlder, unread } from "./room.js";
import { rowsOf, sameRow } from "./rows.js";
import { beginningWords, count, talkWords } from "./words.js";

/** So near the end counts as being there; a finger seldom stops at the pixel. */
const END_PX = 48;

/** So near the start the page before it is asked for. */
const EARLY_PX = 400;

export class LogView {
  constructor(act, say) {
    this.act = act;
    this.say = say;
    this.log = byId("log");
    this.lines = byId("lines");
    this.above = byId("above");
    this.button = byId("newest");
    this.room = null;
    this.jump = 0;
    this.stick = true;
    this.aim = null;
    this.anchor = null;
    this.known = new Map();
    this.actions = new LineActions(this.log, (line) => this.entryOf(line), act);
    this.unfolded = new Set();
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.button.addEventListener("click", () => this.act.newest());
    const settle = new ResizeObserver(() => this.settle());
    settle.observe(this.log);
    settle.observe(this.lines);
  }

  render(state) {
    const room = state.rooms.get(state.current);
    if (room?.name !== this.room) this.clear(room);
    this.state = state;
    if (!room) return;
    if (room.jump !== this.jump) {
      this.jump = room.jump;
      this.stick = true;
    }
    const rows = rowsOf(state);
    const context = {
      unfolded: this.unfolded, act: this.act, nick: state.nick, unfold: (change) => this.unfold(change),
      linkTo: (entry) => this.act.linkTo(entry),
    };
    this.keepPlace(() => {
      reconcile(this.lines, this.known, rows, sameRow, (row) => lineElement(row, context));
      setText(this.above, aboveWords(room, state.keeps));
    });
    if (room.aim !== this.aim) this.show(room.aim);
    this.say.news(state, room);
    this.showButton(room);
    this.load();
  }

  entryOf(line) {
    return this.known.get(line.dataset.key)?.item.entry;
  }

  /** Bring a line into the middle of the screen, and mark it for a while. */
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

  clear(room) {
    this.room = room?.name ?? null;
    this.jump = room?.jump ?? 0;
    this.aim = null;
    this.stick = true;
    this.known.clear();
    this.unfolded.clear();
    this.lines.replaceChildren();
    setText(this.above, "");
    this.button.hidden = true;
  }

  /** Change rows so that the reader's line stays where it is on the screen. */
  keepPlace(change, stick = this.stick) {
    // It may be at the end yet, where only the end is kept.
    if (this.stick && !stick) this.drop();
    this.stick = stick;
    change();
    this.settle();
  }

  /** Remember a line that is looked at, and where on the screen it begins. */
  drop() {
    // The browser scrolls by whole pixels: what it rounded off must not add up.
    const kept = this.known.get(this.anchor?.key)?.element;
    if (kept && Math.abs(kept.getBoundingClientRect().top - this.anchor.top) < 1) return;
    let row = this.firstVisible();
    // A day moves up when older lines of it load, and the line below it may
    // lose its name to one above.
    while (row && [row, row.previousElementSibling].some((one) => !one || one.classList.contains("day"))) {
      row = row.nextElementSibling;
    }
    this.anchor = row && { key: row.dataset.key, top: row.getBoundingClientRect().top };
  }

  /** What a person unfolds grows downwards, even at the end of the log. */
  unfold(change) {
    this.keepPlace(change, false);
    this.stick = null;
    this.scrolled();
  }

  /** Rows lie below one another: the first that begins on the screen is found by halving. */
  firstVisible() {
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
    if (this.stick) {
      this.toEnd();
      return;
    }
    const row = this.known.get(this.anchor?.key)?.element;
    if (row) this.log.scrollTop += row.getBoundingClientRect().top - this.anchor.top;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    const atEnd = scrollHeight - scrollTop - clientHeight < END_PX;
    if (atEnd !== this.stick) {
      this.stick = atEnd;
      this.act.look({ atEnd });
    }
    this.drop();
    this.load();
  }

  /** Ask for the page above or below when the reader comes near it. */
  load() {
    const room = this.state?.rooms.get(this.room);
    if (!room || room.loading || !room.here) return;
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    if (scrollTop < EARLY_PX && hasOlder(room)) this.act.older();
    else if (room.detached && scrollHeight - scrollTop - clientHeight < EARLY_PX) this.act.newer();
  }

  showButton(room) {
    const news = unread(room);
    this.button.hidden = this.stick && !room.detached;
    setText(this.button.lastElementChild, news ? count(news, "new line", "new lines") : "To the newest");
  }
}

function aboveWords(room, keeps) {
  if (room.peer !== null) return talkWords(room.peer);
  if (room.loading === "older") return "Loading older lines…";
  if (hasOlder(room) || !room.here) return "";
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
    this.told = new Map();
  }

  news(state, room) {
    const told = this.told.get(room.name) ?? room.head ?? 0;
    this.told.set(room.name, Math.max(told, room.newest ?? 0));
    if (document.hidden) return;
    const hidden = hiding(state);
    const news = [];
    for (let at = room.entries.length - 1; at >= 0 && news.length < 6; at -= 1) {
      const entry = room.entries[at];
      if (entry.kind !== "message") continue;
      if (entry.seq <= told) break;
      if (entry.nick !== state.nick && !hidden(entry)) news.unshift(entry);
    }
    if (news.length > 5) this.tell(`${count(room.newest - told, "new line", "new lines")}`);
    else for (const { nick, text } of news) this.tell(`${nick}: ${text.slice(0, 500)}`);
  }

  tell(text) {
    this.region.append(el("p", { text }));
    while (this.region.childElementCount > 10) this.region.firstElementChild.remove();
  }
}
