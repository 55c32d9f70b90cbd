/** Return `text` in pieces, {text, hit}: where any of `words` stands is a hit. */
export function marked(text, words) {
  const escaped = words.map((word) => word.replace(/[$()*+.?[\\\]^{|}/-]/gu, "\\$&"));
  if (!escaped.length) return [{ text, hit: false }];
  return text.split(new RegExp(`(${escaped.join("|")})`, "iu"))
    .map((piece, place) => ({ text: piece, hit: place % 2 === 1 })).filter((piece) => piece.text);
}
