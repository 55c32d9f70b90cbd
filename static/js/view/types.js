/**
 * The types that the views share: what they may ask for, and of whom.
 *
 * They are for `tsc` and for readers. Nothing here runs, so the gateway does not
 * send this file. It knows the model's types, and nothing of how a wish is carried
 * out.
 *
 * @import { Look, Place, Prefs } from "../model/types.js"
 * @import { Query } from "../text/wire.js"
 */

/**
 * What app.js does for a person. `typed` says whether the text was taken,
 * `address` where a line is found, and `copy` whether the clipboard has the text.
 *
 * @typedef {"granted" | "denied" | "default" | "insecure" | "missing"} Permission
 * @typedef {{
 *   typed(text: string): boolean, again(id: string): void, drop(id: string): void,
 *   open(room: string): void, openDirect(nick: string): void, visit(place: Place): void,
 *   address(room: string, seq?: number): string,
 *   search(text: string): void, seek(text: string): void, searchMore(): void, closeSearch(): void, seen(): void,
 *   ask(query: Query): Promise<any>,
 *   join(room: string): void, leave(room: string): void, undoLeave(): void, look(look: Partial<Look>): void,
 *   named(nick: string): void, passed(answer: { nick: string | null, pass: string, remember: boolean }): void,
 *   askNick(): void, keepNick(): void, sawFirst(): void, firstUnread(): void,
 *   directory(): void, listed(): void, helped(): void, connect(): void, forget(): void,
 *   older(): void, newer(): void, newest(): void, clearError(): void,
 *   prefer(changes: Partial<Prefs>): void, ignore(nick: string, on: boolean): void,
 *   mayNotify(): Permission, askToNotify(): Promise<void>, chime(): void,
 *   copy(text: string): Promise<boolean>, showCount(count: number): void,
 * }} PageActs
 */

/**
 * The same, with what one part of the screen asks of another.
 *
 * @typedef {{
 *   person(nick: string): void, mention(nick: string): void, quote(text: string): void, linkTo(line: { seq?: number }): string,
 *   chooseRoom(): void, nextRoom(step: number): void,
 *   escape(target: EventTarget | null): void,
 * }} ScreenActs
 * @typedef {PageActs & ScreenActs} Acts
 */

/**
 * What the box keeps in the browser: drafts and what was sent, by room.
 *
 * @typedef {{
 *   drafts(): Map<string, string>, saveDrafts(drafts: Map<string, string>): void,
 *   history(): Map<string, string[]>, saveHistory(history: Map<string, string[]>): void,
 * }} BoxStorage
 */

/**
 * What a row needs to become an element: `unfolded` has the keys of rows that
 * stand open, `unfold` makes a change of height, and `nick` is who reads.
 *
 * @typedef {{
 *   unfolded: Set<string>, act: Acts, nick: string, unfold(change: () => void): void,
 *   linkTo(line: { seq?: number }): string,
 * }} RowContext
 */

/**
 * The elements of a list by the keys of its items (see `reconcile` in dom.js).
 *
 * @template T
 * @typedef {Map<string, { item: T, element: HTMLElement }>} Known
 */
