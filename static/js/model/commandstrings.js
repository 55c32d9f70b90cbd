/**
 * What each command does, in words. It is loaded with what shows them, and knows
 * nothing else.
 */

/** @import { CommandName } from "../text/commands.js" */

/** @type {Record<CommandName, string>} */
export const COMMAND_WORDS = {
  me: "say what you are doing",
  msg: "write to one person alone",
  nick: "take another nick",
  join: "enter a room, or open a new one",
  leave: "leave this room",
  rooms: "list the open rooms",
  who: "list who is here",
  topic: "show or set this room's topic; /topic - removes it",
  search: "find lines in this room",
  show: "go to a line of this room",
  ignore: "see nothing of one person; list those",
  unignore: "see a person again",
  invite: "show how others come in",
  since: "go to what was said since: 10m, 2h, 1d, a number",
  quit: "how to leave",
  help: "show this list",
};

/** What @all and @here mean, where they are offered. */
export const EVERYBODY_WORDS = "everybody in this room";
