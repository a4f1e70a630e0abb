/**
 * Recordings kept in IndexedDB until they are sent: a killed page, a dead network or a lost session loses nothing.
 *
 * A take is {clientId, owner, place, recordedAt, seconds, type}, `isChosen` if it is a file of the device; its sound is kept second by second, while it is
 * recorded, and it `isWhole` once its speaker has ended it. When the server has the sound, only the take with its `noteId`
 * stays, until the form was sent.
 * What is called first is written first.
 */

import { Claims, DeviceStore, MONTH_MS, settled } from "./device-store.js";

const database = new DeviceStore("voice-notes", { takes: "clientId", chunks: ["clientId", "number"] });
const claims = new Claims("voice-note");
const inTurn = (work) => database.inTurn(work);
const store = (name, mode) => database.table(name, mode);
const chunksOf = (clientId) => IDBKeyRange.bound([clientId, 0], [clientId, Infinity]);

function keep({ clientId, owner, place, recordedAt, seconds, type, noteId = "", isChosen = false }, isWhole) {
  const row = { clientId, owner, place, recordedAt, seconds, type, noteId, isChosen, isWhole };
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
  keep(take.facts, false);
  take.addEventListener("chunk", ({ detail }) => {
    addChunk(take.clientId, detail.number, detail.blob);
    keep(take.facts, false);
  });
  take.addEventListener("end", ({ detail }) => keep(detail, true));
}

/** Keeps a take that is whole: its sound, or no more than its name once the server has it (`noteId`). */
export function keepWhole(take) {
  claim(take.clientId);
  keep(take, true);
  inTurn(async () => settled((await store("chunks", "readwrite")).delete(chunksOf(take.clientId))));
  if (!take.noteId) addChunk(take.clientId, 1, take.blob);
}

/** Removes a take: its form was sent, or its owner threw it away. */
export function forget(clientId) {
  return inTurn(() => erase(clientId));
}

/** Leaves a take to whichever page opens its form next. */
export function letGo(clientId) {
  return inTurn(() => claims.release(clientId));
}

/** Another tab will not find the take `left` until `forget`, `letGo` or the end of this page. */
function claim(clientId) {
  return inTurn(() => claims.acquire(clientId));
}

/** The takes, each with its `blob` (empty once there is a `noteId`), of `owner` at `place` that no open page looks after. */
export async function left(owner, place) {
  const found = await inTurn(async () => {
    const mine = [];
    for (const take of await settled((await store("takes", "readonly")).getAll())) {
      if (take.recordedAt < Date.now() - MONTH_MS) await erase(take.clientId);
      else if (take.owner === owner && take.place === place && !claims.has(take.clientId) && await claims.acquire(take.clientId)) {
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
  await claims.release(clientId);
}

/** A file of the device, a messenger's or a dictaphone's, as a take of the form {owner, place}. Nobody knows its length yet. */
export function chosen(file, form) {
  return { ...form, clientId: crypto.randomUUID(), recordedAt: Date.now(), seconds: 0, type: file.type, blob: file, isWhole: true, isChosen: true };
}
