/**
 * The passphrase that a hub may ask for, and the state after each answer to it.
 *
 * `pass` is what is known of it, `tried` what the last hello had, and `passPrompt` is
 * there while the person is asked. It knows no elements and no storage.
 */

/** @import { State, Times } from "./types.js" */

import * as connections from "./connection.js";
import { helloRequest, send, withWanted } from "./update.js";

/** A hub slows guessing down: the answer may take longer than any other. */
const TRY_WAIT_MS = 30_000;

/**
 * Say hello on the socket there is.
 * @param {State} state
 * @param {number} now
 * @returns {State}
 */
export function greet(state, now) {
  const opened = connections.opened(state.connection, now);
  const connection = state.passPrompt ? { ...opened, deadline: now + TRY_WAIT_MS } : opened;
  return send({ ...state, connection, tried: state.pass }, helloRequest(state));
}

/**
 * The person has answered: say hello anew, on a new socket where there is none.
 * @param {State} state
 * @param {number} now
 * @returns {State}
 */
export function goOn(state, now) {
  const { connection } = state;
  if (connection.phase === "nickPrompt" && connection.dial) return greet(state, now);
  return { ...state, connection: connections.dial(connection, now) };
}

/** @param {State} state @param {string} nick @returns {State} */
export function called(state, nick) {
  const named = withWanted({ ...state, nick });
  return { ...named, current: named.current ?? named.opening };
}

/**
 * Ask for it. Who is asked has not been let in, so a new nick has to wait.
 * @param {State} state
 * @param {string} reason
 * @param {boolean} wrong
 * @returns {State}
 */
function ask(state, reason, wrong) {
  const nickPrompt = state.nickPrompt?.renaming ? null : state.nickPrompt;
  return { ...state, nickPrompt, passPrompt: { reason, wrong, trying: false } };
}

/**
 * The hub has not taken the hello for want of the passphrase, or for a wrong one, which is
 * forgotten. One that came meanwhile is tried.
 * @param {State} state
 * @param {string} words
 * @param {Times} times
 * @returns {State}
 */
export function passRefused(state, words, { now }) {
  const { pass, tried } = state;
  const named = { ...state, connection: connections.named(state.connection) };
  return pass === tried ? ask({ ...named, pass: "" }, words, pass !== "") : greet(named, now);
}

/**
 * The hub has another one from now on, and has sent everybody away.
 * @param {State} state
 * @param {string} words
 * @returns {State}
 */
export function passRenewed(state, words) {
  const connection = { ...connections.named(state.connection), dial: 0 };
  return ask({ ...state, connection, pass: "" }, words, false);
}

/**
 * A hub that the page has not said hello to would ask.
 * @param {State} state
 * @param {{ text: string }} event
 * @returns {State}
 */
export function gated(state, { text }) {
  if (state.connection.phase !== "idle" || !state.nickPrompt || state.pass) return state;
  return ask(state, text, false);
}

/**
 * The person has answered, with a nick where that was asked for as well. Both questions
 * stay until the hub has answered.
 * @param {State} state
 * @param {{ pass: string, remember: boolean, nick: string | null, now: number }} event
 * @returns {State}
 */
export function passed(state, { pass, remember, nick, now }) {
  const passPrompt = { reason: "", wrong: false, trying: true };
  const tried = { ...state, pass, remember, passPrompt };
  return goOn(nick === null ? tried : called(tried, nick), now);
}

/**
 * Another tab, or the link of an invitation, has brought it.
 * @param {State} state
 * @param {{ pass: string, now: number }} event
 * @returns {State}
 */
export function passGiven(state, { pass, now }) {
  // What lets one in is not given up for what a link says.
  if (!pass || pass === state.pass || state.connection.phase === "live") return state;
  const known = { ...state, pass };
  if (!state.passPrompt || state.passPrompt.trying) return known;
  const answered = { ...known, passPrompt: null };
  return state.nickPrompt ? answered : goOn(answered, now);
}
