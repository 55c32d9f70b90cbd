/**
 * The list of rooms at one side and the list of people at the other. It knows no
 * socket.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { Acts, Known } from "./types.js"
 */

/**
 * @typedef {{ key: string, peer?: string | null, current: boolean, news: number, mentions: number,
 *   muted: boolean }} RoomItem
 */

import { unreadMentions } from "../model/alerts.js";
import { directsOf } from "../model/directs.js";
import { isMuted } from "../model/prefs.js";
import { unread } from "../model/room.js";
import {
  awayWords, connectionName, count, leftWords, placeName, shortCount, WORDS,
} from "../model/strings.js";
import { currentRoom } from "../model/update.js";
import { byId, el, reconcile, setText } from "./dom.js";
import { monogram } from "./lineview.js";
import { PeopleView } from "./peopleview.js";
import { lay, lift, NARROW, PHONE } from "./overlay.js";
import { toast } from "./toast.js";

/** @typedef {"rooms" | "people"} Panel */

/** @type {Panel[]} */
const PANELS = ["rooms", "people"];

export class SideView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {string | null} */
    this.current = null;
    /** @type {State["left"]} */
    this.left = null;
    /** @type {Panel | null} */
    this.open = null;
    this.layers = { rooms: this.layer("rooms", PHONE), people: this.layer("people", NARROW) };
    /** @type {Known<RoomItem>} */
    this.rooms = new Map();
    /** @type {Known<RoomItem>} */
    this.directs = new Map();
    this.people = new PeopleView(act);
    /** @type {Promise<{ render(current: string | null): void }> | null} */
    this.edge = null;
    this.lists = byId("room-lists");
    // A panel that opens has a height for the first time.
    new ResizeObserver(() => this.follow()).observe(this.lists);
    byId("rename").addEventListener("click", () => act.askNick());
    for (const name of PANELS) {
      byId(`${name}-open`).addEventListener("click", () => this.toggle(name));
      byId(`${name}-close`).addEventListener("click", () => this.toggle(null));
    }
  }

  /** @param {Panel} name @param {string} query */
  layer(name, query) {
    const close = () => this.toggle(null);
    // A panel that has room beside the lines is no drawer any more.
    matchMedia(query).addEventListener("change", close);
    return { panel: byId(name), query, opener: byId(`${name}-open`), close };
  }

  /**
   * Open one of the side panels where they do not fit beside the log, or close.
   * @param {Panel | null} name
   */
  toggle(name) {
    const before = this.open;
    this.open = name === before ? null : name;
    for (const panel of PANELS) {
      const shown = this.open === panel;
      byId(panel).classList.toggle("open", shown);
      byId(`${panel}-open`).setAttribute("aria-expanded", String(shown));
    }
    if (before) lift(this.layers[before]);
    if (!this.open) return;
    lay(this.layers[this.open]);
    byId(`${this.open}-close`).focus();
  }

  /** After choosing something in a panel one wants to see it. */
  close() {
    if (this.open) this.toggle(null);
  }

  /** @param {State} state */
  render(state) {
    if (state.current !== this.current) this.close();
    this.current = state.current;
    const open = state.wanted.map((name) => state.rooms.get(name)).filter((room) => room !== undefined);
    const items = open.map((room) => ({
      key: room.name, current: room.name === state.current, news: unread(room),
      mentions: unreadMentions(room), muted: isMuted(state.prefs, room.name),
    }));
    reconcile(byId("room-list"), this.rooms, items, sameItem, (item) => this.roomElement(item));
    const directs = directsOf(state).map((room) => ({
      key: room.name, peer: room.peer, current: room.name === state.current, news: unread(room),
      mentions: 0, muted: isMuted(state.prefs, room.name),
    }));
    reconcile(byId("talk-list"), this.directs, directs, sameItem, (item) => this.roomElement(item));
    byId("talk-title").hidden = !directs.length;
    const others = [...items, ...directs].reduce((sum, item) => sum + (item.current || item.muted ? 0 : item.news), 0);
    const meant = [...state.rooms.values()].reduce(
      (sum, room) => sum + (room.name === state.current || isMuted(state.prefs, room.name) ? 0 : unreadMentions(room)), 0,
    );
    byId("rooms-news").hidden = !others && !meant;
    setText(byId("rooms-news"), badgeOf(others, meant));
    byId("rooms-news").classList.toggle("loud", meant > 0);
    this.renderSelf(state);
    this.people.render(currentRoom(state), state);
    this.follow();
    if (state.left && state.left !== this.left) {
      toast(leftWords(state.left.room), { label: WORDS.undo, act: () => this.act.undoLeave() });
    }
    this.left = state.left;
  }

  /** A list that is longer than the screen follows the room one is in. */
  follow() {
    if (this.lists.scrollHeight <= this.lists.clientHeight && !this.edge) return;
    this.edge ??= import("./roomsedge.js").then(async ({ dressed, RoomsEdge }) => {
      await dressed();
      return new RoomsEdge();
    });
    // Without it one scrolls by hand.
    this.edge.then((edge) => edge.render(this.current), () => { this.edge = null; });
  }

  /** @param {State} state */
  renderSelf({ nick, connection }) {
    setText(byId("own-nick"), nick || "no nick yet");
    setText(byId("own-state"), connectionName(connection));
    byId("rename").dataset.link = connection.phase;
    const picture = byId("own-picture");
    if (picture.dataset.nick === nick) return;
    picture.dataset.nick = nick;
    picture.replaceChildren(monogram(nick));
  }

  /** @param {RoomItem} item @returns {HTMLElement} */
  roomElement({ key: name, peer, current, news, mentions, muted }) {
    const called = placeName(name);
    const meant = mentions ? `, ${count(mentions, "mention", "mentions")} of you` : "";
    const label = `${called}${news ? `, ${count(news, "new line", "new lines")}` : ""}${meant}${muted ? ", muted" : ""}`;
    const away = awayWords(called, peer);
    const open = el(
      "button", {
        class: "room", type: "button", attributes: { "aria-label": label },
        on: { click: () => (current ? this.close() : this.act.open(name)) },
      },
      peer ? monogram(peer) : el("span", { class: "hash", text: "#", attributes: { "aria-hidden": "true" } }),
      el("span", { class: "room-name", dir: "auto", text: peer ?? name }),
      news || mentions
        ? el("span", { class: mentions && !muted ? "badge loud" : "badge", text: badgeOf(news, mentions) })
        : null,
    );
    if (current) open.setAttribute("aria-current", "true");
    const leave = el("button", {
      class: "icon leave", type: "button", title: away, text: "×",
      attributes: { "aria-label": away }, on: { click: () => this.act.leave(name) },
    });
    return el("li", { class: muted ? "muted" : news || mentions ? "news" : "" }, open, leave);
  }
}

/** @param {RoomItem} one @param {RoomItem} other @returns {boolean} */
function sameItem(one, other) {
  return one.current === other.current && one.news === other.news && one.mentions === other.mentions
    && one.muted === other.muted;
}

/**
 * Mentions are what one wants to know first.
 * @param {number} news
 * @param {number} mentions
 * @returns {string}
 */
function badgeOf(news, mentions) {
  return `${mentions ? "@" : ""}${shortCount(mentions || news)}`;
}
