/**
 * The list of rooms at one side and the list of people at the other. It knows no
 * socket.
 */

/**
 * @import { Room, State } from "../model/types.js"
 * @import { Acts, Known } from "./types.js"
 */

/**
 * @typedef {{ key: string, peer?: string | null, current: boolean, news: number, mentions: number }} RoomItem
 * @typedef {{ key: string, own: boolean, ignored: boolean }} PersonItem
 */

import { unreadMentions } from "../model/alerts.js";
import { directsOf } from "../model/directs.js";
import { ignoring } from "../model/prefs.js";
import { unread } from "../model/room.js";
import { hueOf } from "../model/rows.js";
import { initialState } from "../model/state.js";
import {
  awayWords, connectionName, count, othersWords, personWords, placeName, shortCount,
} from "../model/strings.js";
import { currentRoom } from "../model/update.js";
import { byId, el, reconcile, setText } from "./dom.js";
import { monogram } from "./lineview.js";
import { lay, lift, NARROW, PHONE } from "./overlay.js";

/** @typedef {"rooms" | "people"} Panel */

/** @type {Panel[]} */
const PANELS = ["rooms", "people"];

export class SideView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {State} */
    this.state = initialState;
    /** @type {Room | undefined} */
    this.room = undefined;
    /** @type {string | null} */
    this.current = null;
    /** @type {Panel | null} */
    this.open = null;
    this.layers = { rooms: this.layer("rooms", PHONE), people: this.layer("people", NARROW) };
    /** @type {Known<RoomItem>} */
    this.rooms = new Map();
    /** @type {Known<RoomItem>} */
    this.directs = new Map();
    /** @type {Known<PersonItem>} */
    this.people = new Map();
    this.filter = byId("people-filter");
    this.filter.addEventListener("input", () => this.renderPeople(this.room, this.state));
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
      mentions: unreadMentions(room),
    }));
    reconcile(byId("room-list"), this.rooms, items, sameItem, (item) => this.roomElement(item));
    const directs = directsOf(state).map((room) => ({
      key: room.name, peer: room.peer, current: room.name === state.current, news: unread(room),
      mentions: 0,
    }));
    reconcile(byId("talk-list"), this.directs, directs, sameItem, (item) => this.roomElement(item));
    byId("talk-title").hidden = !directs.length;
    const others = [...items, ...directs].reduce((sum, item) => sum + (item.current ? 0 : item.news), 0);
    const meant = [...state.rooms.values()].reduce(
      (sum, room) => sum + (room.name === state.current ? 0 : unreadMentions(room)), 0,
    );
    byId("rooms-news").hidden = !others && !meant;
    setText(byId("rooms-news"), badgeOf(others, meant));
    byId("rooms-news").classList.toggle("loud", meant > 0);
    this.renderSelf(state);
    this.state = state;
    this.room = currentRoom(state);
    this.renderPeople(this.room, state);
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
  roomElement({ key: name, peer, current, news, mentions }) {
    const called = placeName(name);
    const meant = mentions ? `, ${count(mentions, "mention", "mentions")} of you` : "";
    const label = `${called}${news ? `, ${count(news, "new line", "new lines")}` : ""}${meant}`;
    const away = awayWords(called, peer);
    const open = el(
      "button", {
        class: "room", type: "button", attributes: { "aria-label": label },
        on: { click: () => (current ? this.close() : this.act.open(name)) },
      },
      peer ? monogram(peer) : el("span", { class: "hash", text: "#", attributes: { "aria-hidden": "true" } }),
      el("span", { class: "room-name", dir: "auto", text: peer ?? name }),
      news || mentions
        ? el("span", { class: mentions ? "badge loud" : "badge", text: badgeOf(news, mentions) })
        : null,
    );
    if (current) open.setAttribute("aria-current", "true");
    const leave = el("button", {
      class: "icon leave", type: "button", title: away, text: "×",
      attributes: { "aria-label": away }, on: { click: () => this.act.leave(name) },
    });
    return el("li", { class: news || mentions ? "news" : "" }, open, leave);
  }

  /** @param {Room|undefined} room @param {State} state */
  renderPeople(room, { nick, prefs }) {
    const people = room?.count ?? 0;
    setText(byId("people-count"), people.toLocaleString());
    byId("people-open").setAttribute("aria-label", `${count(people, "person", "people")} here: show who`);
    byId("people-open").hidden = !room || room.peer !== null;
    byId("app").classList.toggle("talking", room !== undefined && room.peer !== null);
    const named = room?.names ?? [];
    const more = people - named.length;
    byId("people-more").hidden = more <= 0;
    setText(byId("people-more"), othersWords(people, named.length));
    const sought = this.filter.value.trim().toLowerCase();
    byId("people-filter-box").hidden = named.length < 2;
    const fitting = named.filter((name) => name.toLowerCase().includes(sought));
    byId("people-none").hidden = !sought || fitting.length > 0;
    const ignores = ignoring(prefs);
    const items = fitting.map((name) => ({
      key: name, own: name === nick, ignored: name !== nick && ignores(name),
    }));
    /** @param {PersonItem} one @param {PersonItem} other */
    const same = (one, other) => one.own === other.own && one.ignored === other.ignored;
    reconcile(byId("people-list"), this.people, items, same, (item) => this.personElement(item));
  }

  /** @param {PersonItem} item @returns {HTMLElement} */
  personElement({ key: name, own, ignored }) {
    return el("li", { class: ignored ? "ignored" : "" }, el(
      "button", {
        class: "person", type: "button", title: personWords(name, own),
        on: { click: () => { if (own) this.act.askNick(); else this.act.person(name); } },
      },
      monogram(name, `hue-${hueOf(name)}`),
      el("span", { class: "person-name", dir: "auto", text: name }),
      own || ignored ? el("span", { class: "you", text: own ? "you" : "ignored" }) : null,
    ));
  }
}

/** @param {RoomItem} one @param {RoomItem} other @returns {boolean} */
function sameItem(one, other) {
  return one.current === other.current && one.news === other.news && one.mentions === other.mentions;
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
