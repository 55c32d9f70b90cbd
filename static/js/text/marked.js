/**
 * Where words stand in a text, as the hub's search finds them. It knows only text.
 */

/**
 * Return `text` in pieces, {text, hit}: a hit is where one of `words` stands,
 * by itself or within another word, as the hub's search finds them.
 * @param {string} text
 * @param {string[]} words
 * @returns {{ text: string, hit: boolean }[]}
 */
export function marked(text, words) {
  const { folded, starts } = folding(text);
  const hits = new Uint8Array(text.length);
  for (const word of words.map((one) => folding(one).folded).filter(Boolean)) {
    let at = folded.indexOf(word);
    for (; at >= 0; at = folded.indexOf(word, at + word.length)) {
      const last = starts[at + word.length - 1];
      hits.fill(1, starts[at], last + ((text.codePointAt(last) ?? 0) > 0xffff ? 2 : 1));
    }
  }
  const pieces = [];
  for (let from = 0; from < text.length;) {
    let end = from + 1;
    while (end < text.length && hits[end] === hits[from]) end += 1;
    pieces.push({ text: text.slice(from, end), hit: hits[from] === 1 });
    from = end;
  }
  return pieces;
}

/**
 * Fold case, ß to ss and the like, and remember where each unit came from.
 * @param {string} text
 * @returns {{ folded: string, starts: number[] }}
 */
function folding(text) {
  let folded = "";
  const starts = [];
  let at = 0;
  for (const character of text) {
    const plain = character.toUpperCase().toLowerCase();
    for (let unit = 0; unit < plain.length; unit += 1) starts.push(at);
    folded += plain;
    at += character.length;
  }
  return { folded, starts };
}
