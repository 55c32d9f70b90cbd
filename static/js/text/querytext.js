/**
 * A search as it is typed, of what was filled in. It knows values only.
 */

/** @import { Query } from "./query.js" */

/**
 * Return a query as it is typed.
 * @param {Query} query
 * @returns {string}
 */
export function queryText({ text, all, nick, day }) {
  return [nick && `from:${nick}`, day && `on:${day}`, all && "in:all", text].filter(Boolean).join(" ");
}
