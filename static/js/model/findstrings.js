/**
 * What is said where lines are looked for and taken along: in the search, and in the
 * dialog about a day and a transcript. It knows nothing else.
 */

export const FIND = {
  everywhere: "Search all your rooms",
  close: "Close the search",
  words: "Words to look for",
  all: "All my rooms",
  older: "Older hits",
};

export const KEEP = {
  day: "Choose a day first.",
  nothing: "Nothing was said on that day or after it.",
  again: "Save again to go on.",
  goToDay: "Go to a day",
  saveAll: "Save all of it as a transcript",
  save: "Save transcript",
  print: "Print what is loaded",
};
