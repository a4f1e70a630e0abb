/**
 * Recordings kept in IndexedDB until they are sent: a killed page, a dead network or a lost session loses nothing.
 *
 * A take is {clientId, owner, place, recordedAt, seconds, type}; its sound is kept second by second, while it is
 * recorded. When the server has the sound, only the take with its `noteId` stays, until the form was sent.
 * This is the second copy (the page's memory holds the first), so a browser that refuses storage is no error here.
 * What is called first is written first.
 */

const MONTH_MS = 30 * 24 * 3600 * 1000;
const locks = new Map();    // clientId → {open(), freed()} of the lock that this page holds
let opened = null;
let last = Promise.resolve();

function inTurn(work) {
  last = last.then(work).catch((error) => {
    console.warn("voice-notes storage", error);
    opened = null;
  });
  return last;
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("voice-notes", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("takes", { keyPath: "clientId" });
      request.result.createObjectStore("chunks", { keyPath: ["clientId", "number"] });
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onclose = () => { opened = null; };     // iOS drops the connection of a page that slept
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      resolve(request.result);
    };
  });
  return opened;
}

async function store(name, mode) {
  return (await database()).transaction(name, mode).objectStore(name);
}

const chunksOf = (clientId) => IDBKeyRange.bound([clientId, 0], [clientId, Infinity]);

function keep({ clientId, owner, place, recordedAt, seconds, type, noteId = "" }) {
  const row = { clientId, owner, place, recordedAt, seconds, type, noteId };
  return inTurn(async () => settled((await store("takes", "readwrite")).put(row)));
}

/** Bytes and not a Blob: old Safari loses Blobs that are kept in IndexedDB. */
function addChunk(clientId, number, blob) {
  return inTurn(async () => {
    const bytes = await blob.arrayBuffer();
    await settled((await store("chunks", "readwrite")).put({ clientId, number, bytes }));
  });
}

/** Keeps a Take while it is recorded: each second of sound as it comes, and the length that it has by then. */
export function keepAsItComes(take) {
  claim(take.clientId);
  keep(take.facts);
  take.addEventListener("chunk", ({ detail }) => {
    addChunk(take.clientId, detail.number, detail.blob);
    keep(take.facts);
  });
}

/** Keeps a take that is whole: its sound, or no more than its name once the server has it (`noteId`). */
export function keepWhole(take) {
  claim(take.clientId);
  keep(take);
  inTurn(async () => settled((await store("chunks", "readwrite")).delete(chunksOf(take.clientId))));
  if (!take.noteId) addChunk(take.clientId, 1, take.blob);
}

/** Removes a take: its form was sent, or its owner threw it away. */
export function forget(clientId) {
  return inTurn(() => erase(clientId));
}

/** Leaves a take to whichever page opens its form next. */
export function letGo(clientId) {
  return inTurn(() => release(clientId));
}

/** Another tab will not find the take `left` until `forget`, `letGo` or the end of this page. */
function claim(clientId) {
  return inTurn(() => acquire(clientId));
}

/** The takes, each with its `blob` (empty once there is a `noteId`), of `owner` at `place` that no open page looks after. */
export async function left(owner, place) {
  const found = await inTurn(async () => {
    const mine = [];
    for (const take of await settled((await store("takes", "readonly")).getAll())) {
      if (take.recordedAt < Date.now() - MONTH_MS) await erase(take.clientId);
      else if (take.owner === owner && take.place === place && !locks.has(take.clientId) && await acquire(take.clientId)) {
        mine.push({ ...take, blob: await soundOf(take) });
      }
    }
    return mine;
  });
  return found ?? [];
}

async function soundOf({ clientId, type }) {
  const rows = await settled((await store("chunks", "readonly")).getAll(chunksOf(clientId)));
  return new Blob(rows.map((row) => row.bytes), { type });
}

async function erase(clientId) {
  await settled((await store("takes", "readwrite")).delete(clientId));
  await settled((await store("chunks", "readwrite")).delete(chunksOf(clientId)));
  await release(clientId);
}

/** True when the lock is ours. Web Locks end with the page, however it ends. */
function acquire(clientId) {
  if (locks.has(clientId) || !navigator.locks) return true;
  return new Promise((answer) => {
    const freed = navigator.locks.request(`voice-note ${clientId}`, { ifAvailable: true }, (lock) => {
      answer(Boolean(lock));
      return lock && new Promise((open) => locks.set(clientId, { open, freed: () => freed }));
    });
  });
}

async function release(clientId) {
  const lock = locks.get(clientId);
  locks.delete(clientId);
  lock?.open();
  await lock?.freed();
}
