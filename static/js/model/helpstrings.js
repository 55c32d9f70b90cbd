/**
 * What the help says. It is loaded when somebody asks for it, and knows nothing else.
 */

/**
 * Keys, and what they do: what stands in one pair is pressed at once or one of them.
 * @type {[string[], string][]}
 */
export const KEYS = [
  [["Enter"], "send what is written"],
  [["Shift", "Enter"], "begin a new line"],
  [["↑"], "in an empty box: what you said last; again: before that"],
  [["@", "/", ":"], "offer nicks, commands and emoji; Enter or Tab takes one"],
  [["Tab"], "complete the nick that begins so; again: the next"],
  [["Page Up", "Page Down"], "scroll the lines; with Ctrl, Home and End: to the ends"],
  [["Shift", "Page Up"], "go to the first new line"],
  [["Esc"], "close what is open; mark all as read and go to the newest line"],
  [["Ctrl", "K"], "go to a room, or join one"],
  [["Alt", "↑", "↓"], "the room above, the room below"],
  [["Ctrl", "Shift", "F"], "search in this room, or in all of yours"],
  [["Ctrl", ","], "settings"],
  [["F6"], "from rooms to lines, to the box, to people"],
  [["↑", "↓"], "among the lines: from one to the next"],
  [["R", "C"], "on a line that the arrows have gone to: reply, copy a link to it"],
  [["?"], "this list"],
];

export const KEYS_TITLE = "Keyboard shortcuts";
export const COMMANDS_TITLE = "Commands";

/** How to say what looks like a command. @type {[string, string]} */
export const AS_TEXT = ["//text", "say a line that begins with /"];

export const HELP_TITLE = "Help";
export const CLOSE = "Close";
