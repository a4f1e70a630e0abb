/**
 * What forms keep in IndexedDB until they are sent, and the locks by which one open page looks after each thing kept.
 * It is the second copy (the page holds the first), so a browser that refuses storage is no error.
 */

export const MONTH_MS = 30 * 24 * 3600 * 1000;

export function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** A database; `tables` are {name: keyPath}. Work is done in the order in which it was asked for. */
export class DeviceStore {
  #opened = null;
  #last = Promise.resolve();

  constructor(name, tables) {
    Object.assign(this, { name, tables });
  }

  inTurn(work) {
    this.#last = this.#last.then(work).catch((error) => {
      console.info(`${this.name} storage`, error);
      this.#opened = null;
    });
    return this.#last;
  }

  async table(name, mode) {
    this.#opened ??= this.#open();
    return (await this.#opened).transaction(name, mode).objectStore(name);
  }

  #open() {
    const request = indexedDB.open(this.name, 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(this.tables)) request.result.createObjectStore(name, { keyPath });
    };
    return settled(request).then((database) => {
      database.onclose = () => { this.#opened = null; };      // iOS drops the connection of a page that slept
      database.onversionchange = () => { database.close(); this.#opened = null; };
      return database;
    });
  }
}

/** Web Locks that this page holds, by key. They end with the page, however it ends. */
export class Claims {
  #held = new Map();    // key → {open(), freed()}

  constructor(prefix) {
    this.prefix = prefix;
  }

  has(key) {
    return this.#held.has(key);
  }

  /** True when the lock is ours. */
  acquire(key) {
    if (this.has(key) || !navigator.locks) return true;
    return new Promise((answer) => {
      const freed = navigator.locks.request(`${this.prefix} ${key}`, { ifAvailable: true }, (lock) => {
        answer(Boolean(lock));
        return lock && new Promise((open) => this.#held.set(key, { open, freed: () => freed }));
      });
    });
  }

  async release(key) {
    const lock = this.#held.get(key);
    this.#held.delete(key);
    lock?.open();
    await lock?.freed();
  }
}
