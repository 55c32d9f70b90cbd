/**
 * A QR code (ISO/IEC 18004) for an address: its modules as rows of true and false.
 *
 * Bytes at level M, versions 1 to 9, which hold up to 180 bytes; no address of a room
 * is longer unless it is meant to be. Pure: it knows no elements.
 */

/**
 * `cells` are the modules, `fixed` says which belong to the symbol's own patterns.
 *
 * @typedef {{ size: number, cells: boolean[][], fixed: boolean[][] }} Grid
 */

/** By version, from 1: all codewords, those for correction in each block, and blocks. */
const WORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292];
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5];

/** @type {((x: number, y: number) => boolean)[]} */
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/**
 * Return the modules of the code for `text`, without the margin of four that it needs,
 * or null if the text is too long.
 * @param {string} text
 * @returns {boolean[][] | null}
 */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  const place = WORDS.findIndex((_, version) => dataWords(version) >= bytes.length + 2);
  if (place < 0) return null;
  const words = interleaved(padded(bytes, dataWords(place)), place);
  const grid = patterns(place + 1);
  fill(grid, words);
  const all = MASKS.map((mask, number) => masked(grid, mask, number, place + 1));
  const costs = all.map(penalty);
  return all[costs.indexOf(Math.min(...costs))];
}

/** @param {number} place @returns {number} */
function dataWords(place) {
  return WORDS[place] - CORRECTION[place] * BLOCKS[place];
}

/**
 * Mode (4 bits), length (8), bytes, and what fills the rest.
 * @param {Uint8Array} bytes
 * @param {number} size
 * @returns {number[]}
 */
function padded(bytes, size) {
  const halves = [4, bytes.length >> 4, bytes.length & 15];
  for (const byte of bytes) halves.push(byte >> 4, byte & 15);
  halves.push(0);
  const words = [];
  for (let at = 0; at < halves.length; at += 2) words.push((halves[at] << 4) | halves[at + 1]);
  for (let at = 0; words.length < size; at += 1) words.push(at % 2 ? 0x11 : 0xec);
  return words;
}

/** @param {number[]} words @param {number} place @returns {number[]} */
function interleaved(words, place) {
  const [number, length] = [BLOCKS[place], CORRECTION[place]];
  const short = Math.floor(words.length / number);
  const longer = words.length % number;
  const blocks = [];
  for (let block = 0, at = 0; block < number; block += 1) {
    const size = short + (block < number - longer ? 0 : 1);
    blocks.push(words.slice(at, at + size));
    at += size;
  }
  const corrections = blocks.map((block) => correction(block, length));
  return [...taken(blocks, short + 1), ...taken(corrections, length)];
}

/** @param {number[][]} blocks @param {number} most @returns {number[]} */
function taken(blocks, most) {
  const words = [];
  for (let at = 0; at < most; at += 1) {
    for (const block of blocks) if (at < block.length) words.push(block[at]);
  }
  return words;
}

/** @param {number} one @param {number} other @returns {number} */
function times(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

/**
 * The Reed-Solomon remainder of a block.
 * @param {number[]} block
 * @param {number} length
 * @returns {number[]}
 */
function correction(block, length) {
  const divisor = [...new Array(length - 1).fill(0), 1];
  for (let step = 0, root = 1; step < length; step += 1, root = times(root, 2)) {
    for (let at = 0; at < length; at += 1) {
      divisor[at] = times(divisor[at], root) ^ (divisor[at + 1] ?? 0);
    }
  }
  const rest = new Array(length).fill(0);
  for (const word of block) {
    const factor = word ^ rest.shift();
    rest.push(0);
    for (let at = 0; at < length; at += 1) rest[at] ^= times(divisor[at], factor);
  }
  return rest;
}

/**
 * Return a grid with what every code of a version has.
 * @param {number} version
 * @returns {Grid}
 */
function patterns(version) {
  const size = 17 + 4 * version;
  const empty = () => Array.from({ length: size }, () => new Array(size).fill(false));
  const grid = { size, cells: empty(), fixed: empty() };
  for (let at = 0; at < size; at += 1) {
    set(grid, 6, at, at % 2 === 0);
    set(grid, at, 6, at % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(grid, x, y, 4);
  const places = alignments(version, size);
  const last = places.length - 1;
  for (const [i, x] of places.entries()) {
    for (const [j, y] of places.entries()) {
      const corner = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
      if (!corner) square(grid, x, y, 2);
    }
  }
  writeFormat(grid, 0, version);
  return grid;
}

/** @param {number} version @param {number} size @returns {number[]} */
function alignments(version, size) {
  if (version === 1) return [];
  if (version < 7) return [6, size - 7];
  return [6, (size - 1) / 2, size - 7];
}

/** @param {Grid} grid @param {number} x @param {number} y @param {boolean} dark */
function set({ size, cells, fixed }, x, y, dark) {
  if (x < 0 || y < 0 || x >= size || y >= size) return;
  cells[y][x] = dark;
  fixed[y][x] = true;
}

/**
 * Rings around a dark middle; of the outermost of a finder only a light part is seen.
 * @param {Grid} grid
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function square(grid, x, y, radius) {
  for (let down = -radius; down <= radius; down += 1) {
    for (let right = -radius; right <= radius; right += 1) {
      const ring = Math.max(Math.abs(down), Math.abs(right));
      set(grid, x + right, y + down, radius === 2 ? ring !== 1 : ring !== 2 && ring !== 4);
    }
  }
}

/**
 * Level M and the mask, twice; from version 7 on the version, twice.
 * @param {Grid} grid
 * @param {number} mask
 * @param {number} version
 */
function writeFormat(grid, mask, version) {
  const { size } = grid;
  const bits = ((mask << 10) | remainder(mask, 10, 0x537)) ^ 0x5412;
  for (let at = 0; at < 15; at += 1) {
    const dark = ((bits >> at) & 1) === 1;
    // Neither goes over the line of dots.
    const near = at < 6 ? at : at < 8 ? at + 1 : 14 - at;
    if (at < 8) set(grid, 8, near, dark);
    else set(grid, at === 8 ? 7 : near, 8, dark);
    if (at < 8) set(grid, size - 1 - at, 8, dark);
    else set(grid, 8, size - 15 + at, dark);
  }
  set(grid, 8, size - 8, true);
  if (version < 7) return;
  const facts = (version << 12) | remainder(version, 12, 0x1f25);
  for (let at = 0; at < 18; at += 1) {
    const dark = ((facts >> at) & 1) === 1;
    const [far, near] = [size - 11 + (at % 3), Math.floor(at / 3)];
    set(grid, far, near, dark);
    set(grid, near, far, dark);
  }
}

/** @param {number} value @param {number} length @param {number} divisor @returns {number} */
function remainder(value, length, divisor) {
  let rest = value;
  for (let step = 0; step < length; step += 1) rest = (rest << 1) ^ ((rest >> (length - 1)) * divisor);
  return rest;
}

/**
 * Write the words in columns of two, upwards and downwards in turn.
 * @param {Grid} grid
 * @param {number[]} words
 */
function fill({ size, cells, fixed }, words) {
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    const column = right > 6 ? right : right - 1;
    const up = ((column + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [column, column - 1]) {
        if (fixed[y][x] || bit >= words.length * 8) continue;
        cells[y][x] = ((words[bit >> 3] >> (7 - (bit & 7))) & 1) === 1;
        bit += 1;
      }
    }
  }
}

/**
 * @param {Grid} grid
 * @param {(x: number, y: number) => boolean} mask
 * @param {number} number
 * @param {number} version
 * @returns {boolean[][]}
 */
function masked({ size, cells, fixed }, mask, number, version) {
  const turned = cells.map((row, y) => row.map((dark, x) => dark !== (!fixed[y][x] && mask(x, y))));
  writeFormat({ size, cells: turned, fixed: fixed.map((row) => [...row]) }, number, version);
  return turned;
}

/**
 * How hard a code is to read: runs, blocks, what looks like a finder, and imbalance.
 * @param {boolean[][]} cells
 * @returns {number}
 */
function penalty(cells) {
  const turned = cells.map((_, x) => cells.map((row) => row[x]));
  let sum = 0;
  for (const row of [...cells, ...turned]) {
    const line = row.map(Number).join("");
    for (const [run] of line.matchAll(/0{5,}|1{5,}/gu)) sum += run.length - 2;
    sum += 40 * [...line.matchAll(/(?=00001011101|10111010000)/gu)].length;
  }
  for (let y = 1; y < cells.length; y += 1) {
    for (let x = 1; x < cells.length; x += 1) {
      const one = cells[y][x];
      if (one === cells[y][x - 1] && one === cells[y - 1][x] && one === cells[y - 1][x - 1]) sum += 3;
    }
  }
  const dark = cells.flat().filter(Boolean).length / cells.length ** 2;
  return sum + 10 * Math.floor(Math.abs(dark * 20 - 10));
}
