/**
 * Where unacknowledged lines outlive the page: a closed tab, a killed browser.
 *
 * IndexedDB takes them one by one, also over plain http, and a write that was
 * started is completed even if the page dies. Where IndexedDB is refused, a list
 * in localStorage is used, and without that the page works and forgets. It knows
 * items with an `id`, no state and no DOM.
 */

/** @import { Item } from "../model/types.js" */

/**
 * A place for items: in IndexedDB, or a list elsewhere. `change` is told what to
 * put, which ids to remove, and what is there then.
 *
 * @typedef {{
 *   all(): Promise<Item[]>, clear(): Promise<unknown>,
 *   change(put: Item[], removed: string[], items: Item[]): Promise<unknown>,
 * }} Place
 * @typedef {{ read(): unknown, write(items: Item[]): void }} List
 */

const TABLE = "outbox";

/**
 * Return {load, sync, clear} over what the browser allows.
 * @param {IDBFactory|null} factory
 * @param {List} list
 */
export function makeOutboxDb(factory, list) {
  const where = database(factory).catch(() => listed(list));
  /**
   * What is known to be kept, by id, as it was kept.
   * @type {Map<string, Item>}
   */
  let known = new Map();
  return {
    /**
     * Return {items, gone}: what is kept, by whichever tab, and the ids of
     * what this one had kept and another tab has removed.
     * @returns {Promise<{ items: Item[], gone: string[] }>}
     */
    async load() {
      // Taken before anything is waited for: what is handed over from now on
      // is written only after the reading has begun.
      const before = new Set(known.keys());
      const found = await where.then((place) => place.all());
      const there = new Set(found.map((item) => item.id));
      // What was kept or removed here while this was read is the newer truth.
      const items = found.filter((item) => known.has(item.id) || !before.has(item.id));
      const since = [...known].filter(([id]) => !before.has(id));
      const read = new Map(items.map((item) => [item.id, known.get(item.id) ?? item]));
      known = new Map([...read, ...since]);
      return { items, gone: [...before].filter((id) => !there.has(id)) };
    },

    /**
     * Make what is kept the same as `items`, touching only what differs.
     * @param {Item[]} items
     */
    sync(items) {
      const ids = new Set(items.map((item) => item.id));
      const put = items.filter((item) => differs(known.get(item.id), item));
      const removed = [...known.keys()].filter((id) => !ids.has(id));
      for (const item of put) known.set(item.id, item);
      for (const id of removed) known.delete(id);
      if (!put.length && !removed.length) return;
      where.then((place) => place.change(put, removed, items)).catch(() => {
        // Full: what could not be kept must not look as if another tab had removed it.
        for (const item of put) known.delete(item.id);
      });
    },

    async clear() {
      known = new Map();
      await (await where).clear().catch(() => {});
    },
  };
}

/**
 * An item that is on its way is kept as one that waits.
 * @param {Item|undefined} one
 * @param {Item} other
 * @returns {boolean}
 */
function differs(one, other) {
  /** @param {Item} item */
  const facts = ({ status, reason, tried }) => `${status === "refused"} ${tried} ${reason}`;
  return !one || facts(one) !== facts(other);
}

/** @param {IDBFactory|null} factory @returns {Promise<Place>} */
async function database(factory) {
  if (!factory) throw new Error("no database is to be had");
  const asked = factory.open("hubbub", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(TABLE, { keyPath: "id" });
  const base = await answer(asked);
  // A later version of the page shall not wait for this one to close.
  base.onversionchange = () => base.close();
  /**
   * @param {IDBTransactionMode} mode
   * @param {(table: IDBObjectStore) => IDBRequest | void} work
   * @returns {Promise<any>}
   */
  const within = (mode, work) => {
    const transaction = base.transaction(TABLE, mode);
    const result = work(transaction.objectStore(TABLE));
    // At once, not when the browser finds that nothing more is asked.
    transaction.commit?.();
    return new Promise((done, failed) => {
      transaction.oncomplete = () => done(result?.result);
      transaction.onabort = () => failed(transaction.error);
    });
  };
  return {
    all: () => within("readonly", (table) => table.getAll()),
    clear: () => within("readwrite", (table) => table.clear()),
    change: (put, removed) => within("readwrite", (table) => {
      for (const item of put) table.put(item);
      for (const id of removed) table.delete(id);
    }),
  };
}

/**
 * @template T
 * @param {IDBRequest<T>} asked
 * @returns {Promise<T>}
 */
function answer(asked) {
  return new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

/**
 * The whole list in one place: less, but better than nothing.
 * @param {List} list
 * @returns {Place}
 */
function listed({ read, write }) {
  return {
    async all() {
      const items = read();
      return Array.isArray(items) ? items.filter((item) => typeof item?.id === "string") : [];
    },
    clear: async () => {},
    change: async (put, removed, items) => write(items),
  };
}
