/**
 * Mistakes that the check of types has to find. `tsc` reports each comment below
 * that expects an error where there is none, so a check that went blind fails.
 */

import { initialState, reduce } from "../../static/js/model/state.js";
import { append, newRoom } from "../../static/js/model/room.js";
import { requestLine } from "../../static/js/text/wire.js";
import { byId } from "../../static/js/view/dom.js";

const moment = { now: 0, at: 0, random: 0.5 };

reduce(initialState, { type: "open", room: "lobby", ...moment });
// @ts-expect-error No event has this type.
reduce(initialState, { type: "opne", room: "lobby", ...moment });
// @ts-expect-error A field is missing.
reduce(initialState, { type: "open", ...moment });
// @ts-expect-error An event comes with its time.
reduce(initialState, { type: "open", room: "lobby" });
// @ts-expect-error The state has no such field.
initialState.conection;
// @ts-expect-error No connection is in this phase.
if (initialState.connection.phase === "alive") throw new Error();

requestLine({ type: "join", room: "lobby", last: 50, ref: 1 });
// @ts-expect-error The hub knows no such request.
requestLine({ type: "enter", room: "lobby" });
// @ts-expect-error A message has a number.
append(newRoom("lobby"), [{ type: "message", room: "lobby", at: 0, nick: "ann", text: "hi" }], false);

byId("text").value = "";
// @ts-expect-error Only what is written in has a value.
byId("log").value = "";
