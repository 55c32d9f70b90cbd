/**
 * Making elements from names and texts.
 *
 * It knows no HTML: text is set as text, so nothing that anybody wrote can become
 * markup.
 */

/** @import { Known } from "./types.js" */

/**
 * @typedef {{
 *   class?: string, text?: string, id?: string, title?: string, dir?: string, type?: string,
 *   hidden?: boolean, tabIndex?: number, href?: string, rel?: string, dateTime?: string,
 *   attributes?: Record<string, string>, on?: Record<string, (event: any) => void>,
 * }} Props
 */

/**
 * The kind of element that has an id in the page's markup, where it matters.
 *
 * @template {string} I
 * @typedef {I extends "text" ? HTMLTextAreaElement
 *   : I extends "nick" | "room" | "people-filter" | "search-text" | "search-from" | "search-day" | "search-all" | "sound" | "presence"
 *     ? HTMLInputElement
 *   : I extends `${string}-dialog` ? HTMLDialogElement : HTMLElement
 * } ElementOf
 */

/**
 * Return an element. `props`: its properties, class, text, attributes (by name)
 * and on (listeners by event).
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {(Node | string | null)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const { attributes = {}, on = {}, class: names, text, ...properties } = props;
  const element = document.createElement(tag);
  if (names) element.className = names;
  if (text !== undefined) element.textContent = text;
  Object.assign(element, properties);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Return an element of the page's markup. All that are asked for are there.
 * @template {string} I
 * @param {I} id
 * @returns {ElementOf<I>}
 */
export function byId(id) {
  /** @type {any} */
  const element = document.getElementById(id);
  return element;
}

/**
 * Set text only where it differs: a live region repeats what is set again.
 * @param {Element} element
 * @param {string} text
 * @returns {void}
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Make `parent`'s children those of `items`, in order, touching only changes.
 *
 * `items` have a key; `same(old, new)` says that an element may stay; `make`
 * makes one. `known` is a Map that belongs to `parent` and holds what is there.
 * @template {{ key: string }} T
 * @param {HTMLElement} parent
 * @param {Known<T>} known
 * @param {T[]} items
 * @param {(one: T, other: T) => boolean} same
 * @param {(item: T) => HTMLElement} make
 */
export function reconcile(parent, known, items, same, make) {
  const wanted = new Set(items.map((item) => item.key));
  for (const [key, { element }] of known) {
    if (wanted.has(key)) continue;
    element.remove();
    known.delete(key);
  }
  let place = parent.firstChild;
  for (const item of items) {
    const old = known.get(item.key);
    if (old && same(old.item, item)) {
      if (old.element === place) place = old.element.nextSibling;
      else parent.insertBefore(old.element, place);
      continue;
    }
    const element = make(item);
    if (old && old.element === place) place = old.element.nextSibling;
    if (old) old.element.remove();
    parent.insertBefore(element, place);
    known.set(item.key, { item, element });
  }
}
