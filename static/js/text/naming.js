/**
 * Where a text names somebody: the pattern of a nick. It knows no text.
 *
 * The rule, with its reasons, stands in core/text/mentions.py, which has the same
 * for text mode and the terminal; both are tried with tests/support/mentions.json.
 */

// Scripts that put no space between words: there a word may end beside any letter.
const DENSE = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u1950-\\u19df\\u1a20-\\u1aaf\\ua9e0-\\ua9ff\\uaa60-\\uaadf"
  + "\\u2e80-\\u2fdf\\u3005\\u3007\\u3021-\\u3029\\u3038-\\u303b\\u3041-\\u309f\\u3400-\\u4dbf\\u4e00-\\u9fff"
  + "\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const KATAKANA = "\\u3031-\\u3035\\u30a1-\\u30fa\\u30fc-\\u30ff\\u31f0-\\u31ff\\uff66-\\uff9f";
const LETTER = `(?:(?![${DENSE}${KATAKANA}])[\\p{L}\\p{N}\\p{M}_])`;

/** No word begins behind these: ann is not in mary-ann, nor t in don't. */
const NOT_WITHIN = `(?<!${LETTER}[-.@'’]?)`;
/** A word ends before these; a possessive goes on with it, ann.example does not. */
const NOT_ON = `(?!\\p{M}|[-.]?${LETTER}|['’](?!s(?!${LETTER}))${LETTER})`;

/**
 * Return the pattern, for the flags i and u, of what names `nick` or everybody.
 * @param {string} nick
 * @returns {string}
 */
export function namePattern(nick) {
  if (!nick) return "";
  const name = nick.replace(/[$()*+./?[\\\]^{|}]/gu, "\\$&");
  const letters = [...nick];
  // One letter of such a script stands in half of all words.
  const bare = letters.length === 1 && isIn(DENSE + KATAKANA, nick) ? "" : `|${before(letters[0])}`;
  const own = `(?:${NOT_WITHIN}@${bare})${name}${behind(letters[letters.length - 1])}`;
  return `${own}|${NOT_WITHIN}@(?:all|here)${NOT_ON}`;
}

/** @param {string} first @returns {string} */
function before(first) {
  if (isIn(KATAKANA, first)) return `(?<!${LETTER}@|[${KATAKANA}])`;
  return isIn(DENSE, first) ? `(?<!${LETTER}@)` : NOT_WITHIN;
}

/** @param {string} last @returns {string} */
function behind(last) {
  if (isIn(KATAKANA, last)) return `(?!\\p{M}|[${KATAKANA}])`;
  return isIn(DENSE, last) ? "(?!\\p{M})" : NOT_ON;
}

/** @param {string} letters @param {string} one @returns {boolean} */
function isIn(letters, one) {
  return new RegExp(`^[${letters}]$`, "u").test(one);
}
