/**
 * The types of the page's state and of everything that can happen to it.
 *
 * They are for `tsc` and for readers. Nothing here runs, so the gateway does not
 * send this file. It knows the types of the wire and of commands, and nothing of
 * how the state changes.
 *
 * @import { HubEvent, HubMessage, HubRequest, Limits, Retention, RoomInfo } from "../text/wire.js"
 */

/**
 * One line of a conversation with its place in the log, a gap that is being
 * filled, or a note that is in no log.
 *
 * @typedef {{
 *   kind: "message", key: string, seq: number, id?: string, at: number, nick: string,
 *   text: string, action: boolean,
 * }} MessageEntry
 * @typedef {{ kind: "gap", key: string, after: number, before: number }} GapEntry
 * @typedef {{
 *   tone: "presence", what: "joined" | "left" | "renamed", nick: string, to?: string, at: number,
 * }} Presence
 * @typedef {{ tone: "hole", missed: number, reason: string }} Hole
 * @typedef {Hole
 *   | { tone: "topic", nick?: string, text: string, at: number }
 *   | { tone: "who", names: string[], count: number, at: number }
 *   | { tone: "notice" | "notice here" | "help" | "help mono", text: string, at: number }
 * } Note
 * @typedef {{ kind: "note", key: string } & Presence} PresenceEntry
 * @typedef {{ kind: "note", key: string } & Note} NoteEntry
 * @typedef {MessageEntry | GapEntry | NoteEntry | PresenceEntry} Entry
 */

/**
 * A room, or a conversation with one person; model/room.js says what each field is.
 *
 * @typedef {"older" | "newer" | "newest" | "around"} Page
 * @typedef {{ text: string, count: number | null }} Sought
 * @typedef {{ seq: number, at: number | null }} First
 * @typedef {{
 *   name: string, peer: string | null, joined: boolean, since: number | null,
 *   head: number | null, newest: number | null, read: number | null, mark: number | null,
 *   met: number | null, unseen: boolean, first: First | null, up: boolean,
 *   entries: Entry[], notes: number, detached: boolean, exhausted: boolean,
 *   gapped: boolean, filling: boolean, loading: Page | null,
 *   names: string[] | null, sought: Sought | null, count: number, topic: string,
 *   jump: number, aim: { seq: number } | null,
 *   mentions: number, muted: number, missed: Missed | null, alerted: boolean,
 * }} Room
 */

/**
 * A line that the hub has not acknowledged; model/outbox.js says what each field is.
 *
 * @typedef {{ text: string, kind?: "action", id: string, at: number }} Words
 * @typedef {{ room: string, to?: undefined, shown?: undefined }} ToRoom
 * @typedef {{ room?: undefined, to: string, shown?: string | null }} ToPerson
 * @typedef {Words & (ToRoom | ToPerson)} Draft
 * @typedef {{
 *   status: "waiting" | "sent" | "refused", code?: string, reason?: string,
 *   tried?: string | false, old?: boolean,
 * }} Delivery
 * @typedef {Draft & Delivery} Item
 */

/**
 * The connection; model/connection.js says what the phases are.
 *
 * @typedef {"idle" | "connecting" | "greeting" | "nickPrompt" | "live" | "waiting" | "replaced"} Phase
 * @typedef {{
 *   phase: Phase, dial: number, dials: number, attempt: number, retryAt: number | null,
 *   pingAt: number | null, deadline: number | null, late: boolean, online: boolean,
 *   hintMs: number | null, why: string, said: string, blocked: string, noUpgrade: boolean,
 * }} Connection
 */

/**
 * What a person chose, and what a person is looking at or for.
 *
 * @typedef {"mentions" | "all" | "none"} Notify
 * @typedef {"system" | "light" | "dark"} Theme
 * @typedef {"small" | "normal" | "large" | "largest"} TextSize
 * @typedef {{
 *   notify: Notify, sound: boolean, presence: boolean, ignored: string[], theme: Theme,
 *   size: TextSize, rooms: Record<string, Notify>,
 * }} Prefs
 * @typedef {{ visible: boolean, focused: boolean, atEnd: boolean, held: boolean }} Look
 * @typedef {{ room: string, seq: number, asked?: boolean }} Goal
 * @typedef {{
 *   open: boolean, ref: number, room: string | null, text: string, all: boolean,
 *   phase: "idle" | "asking" | "done" | "failed", results: (HubMessage | MessageEntry)[],
 *   more: boolean, next: Record<string, number | null> | null, problem: string,
 * }} Search
 * @typedef {{ reason: string, renaming: boolean }} NickPrompt
 * @typedef {{ reason: string, wrong: boolean, trying: boolean }} PassPrompt
 * @typedef {{ room: string | null, lines: string[], web: string[], passphrase: string }} Invited
 * @typedef {{ room: Room, place: number, shown: boolean }} Left
 */

/**
 * What is worth telling a person who looks elsewhere, and what closes it again.
 *
 * @typedef {{
 *   nick: string, text: string, seq?: number, action: boolean, mention?: boolean,
 *   ignored?: boolean, unread?: boolean, old?: boolean, missed?: boolean, direct?: boolean,
 * }} Arrival
 * @typedef {{ count: number, last: Arrival }} Missed
 * @typedef {{ tag: string, close: true }
 *   | { tag: string, close?: undefined, room: string, seq: number | null, shown: boolean,
 *       newest: number | null, sound: boolean, spoken: boolean, title: string, body: string }
 * } Alert
 */

/**
 * @typedef {"typed-nick" | "nick" | "join" | "leave" | "rooms" | "who" | "people" | "invite" | "topic"
 *   | "gap" | "search" | "first" | "since" | Page} Purpose
 * @typedef {{ what: Purpose, room?: string }} Question
 * @typedef {{ resume: string | null, log: string | null, server: string }} Session
 *
 * @typedef {{
 *   nick: string, session: Session, limits: Limits, keeps: Retention, connection: Connection,
 *   rooms: Map<string, Room>, wanted: string[], current: string | null, opening: string | null,
 *   marks: Map<string, number>, outbox: Item[], restoring: boolean,
 *   asks: Record<number, Question>, refs: number,
 *   directory: RoomInfo[] | null, fresh: boolean, listing: boolean, helping: boolean, error: string | null,
 *   renames: readonly Rename[], invitation: Invited | null, left: Left | null,
 *   malformed: boolean, nickPrompt: NickPrompt | null,
 *   pass: string, remember: boolean, tried: string, passPrompt: PassPrompt | null, accepted: number, goal: Goal | null, search: Search,
 *   look: Look, prefs: Prefs, outgoing: HubRequest[], alerts: Alert[],
 * }} State
 */

/**
 * A conversation is called otherwise from now on: what belongs to it follows.
 *
 * @typedef {{ from: string, to: string }} Rename
 */

/**
 * What the browser has kept. Anything may stand in storage: `outbox` and `directs`
 * are looked through before they are used.
 *
 * @typedef {{
 *   nick: string, rooms: string[], current: string | null,
 *   session: { resume: string | null, log: string | null },
 *   marks: Map<string, number>, outbox?: unknown, directs?: unknown,
 *   pass?: string, remember?: boolean,
 * }} Kept
 */

/**
 * All that can happen to the state. Each event comes with the times of its moment
 * and a random number from 0 to 1, since the state has neither clock nor dice.
 *
 * @typedef {{ now: number, at: number }} Times
 * @typedef {Times & { random: number }} Moment
 * @typedef {{ room: string, seq?: number | null }} Place
 *
 * @typedef {Place & { type: "start", kept: Kept, online: boolean, elsewhere?: boolean,
 *       restoring?: boolean }
 *   | { type: "restored", items: unknown, gone: string[] }
 *   | { type: "opened" | "closed", dial: number }
 *   | { type: "blocked", blocked: string, upgrade: boolean }
 *   | { type: "lines", dial: number, events: HubEvent[] }
 *   | { type: "malformed", wrong: string[] }
 *   | { type: "tick" | "wake" | "online" | "offline" | "yielded" | "forget" }
 *   | { type: "connect", kept?: Kept, restoring?: boolean }
 *   | { type: "overheard", events: HubEvent[] }
 *   | { type: "given", directs: unknown }
 *   | { type: "typed", text: string, id: string, web: string }
 *   | { type: "named" | "openDirect", nick: string }
 *   | { type: "gated", text: string }
 *   | { type: "passed", pass: string, remember: boolean, nick: string | null }
 *   | { type: "passGiven", pass: string }
 *   | { type: "askNick" | "keepNick" | "clearError" | "listed" | "helped" | "directory" | "seen"
 *       | "sawFirst" | "firstUnread" }
 *   | { type: "again", id: string, freshId: string }
 *   | { type: "drop", id: string }
 *   | { type: "open" | "join" | "leave", room: string }
 *   | Place & { type: "visit" }
 *   | { type: "prefer", changes: Partial<Prefs> }
 *   | { type: "ignore", nick: string, on: boolean }
 *   | Partial<Look> & { type: "look" }
 *   | { type: "search" | "seek", text: string }
 *   | { type: "searchMore" | "closeSearch" | "undoLeave" | "older" | "newer" | "newest" }
 * } PageEvent
 */

/**
 * The event of one type, with its moment.
 *
 * @template {PageEvent["type"]} T
 * @typedef {PageEvent & { type: T } & Moment} EventOf
 */

/**
 * What the screen shows of a room, row by row.
 *
 * @typedef {{
 *   id: string, at: number, nick: string, text: string, action: boolean, seq?: undefined,
 * }} PendingEntry
 * @typedef {{
 *   key: string, leads?: boolean, own?: boolean, mentioned?: boolean, live?: boolean,
 *   entry?: unknown, item?: unknown, entries?: readonly unknown[],
 * }} RowFacts
 * @typedef {RowFacts & (
 *   | { kind: "day", at: number }
 *   | { kind: "new" }
 *   | { kind: "message", entry: MessageEntry }
 *   | { kind: "pending", entry: PendingEntry, item: Item }
 *   | { kind: "presence", entries: PresenceEntry[] }
 *   | { kind: "gap", entry: GapEntry }
 *   | { kind: "note", entry: NoteEntry }
 * )} Row
 */
