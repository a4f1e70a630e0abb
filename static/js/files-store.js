/**
 * Chosen files kept in IndexedDB until their form was sent: an app that is closed in the middle of an upload goes on at the
 * next visit of that form.
 *
 * A row is {key, owner, place, file, name, url, at}; `place` is the form's draft name, `url` the upload's address as soon
 * as there is one. A claim keeps two tabs from sending the same file.
 */

import { Claims, DeviceStore, MONTH_MS, settled } from "./device-store.js";

const database = new DeviceStore("files", { files: "key" });
const claims = new Claims("file");
const store = (mode) => database.table("files", mode);

/** Writes a row anew. */
export function keep(row) {
  mark(row.owner, row.place);
  return database.inTurn(async () => {
    await claims.acquire(row.key);
    await settled((await store("readwrite")).put({ ...row, at: Date.now() }));
  });
}

/** Its form was sent, or its owner has taken it away. */
export function forget(key) {
  return database.inTurn(async () => {
    await settled((await store("readwrite")).delete(key));
    await claims.release(key);
  });
}

/** Leaves a row to whichever page opens its form next. */
export function letGo(key) {
  return database.inTurn(() => claims.release(key));
}

/** The rows of `owner` at `place` that no open page looks after. Asks the database only if something was kept there. */
export async function left(owner, place) {
  if (!isMarked(owner, place)) return [];
  const found = await database.inTurn(async () => {
    const rows = await settled((await store("readonly")).getAll());
    for (const row of rows) if (row.at < Date.now() - MONTH_MS) await settled((await store("readwrite")).delete(row.key));
    const mine = rows.filter((row) => row.owner === owner && row.place === place && row.at >= Date.now() - MONTH_MS);
    if (!mine.length) unmark(owner, place);
    const free = [];
    for (const row of mine) if (!claims.has(row.key) && (await claims.acquire(row.key))) free.push(row);
    return free;
  });
  return found ?? [];
}

/* A mark in localStorage spares most pages the opening of a database. */
const markOf = (owner, place) => `files:${owner}/${place}`;

function mark(owner, place) {
  try { localStorage.setItem(markOf(owner, place), "1"); } catch { /* then nothing comes back */ }
}

function unmark(owner, place) {
  try { localStorage.removeItem(markOf(owner, place)); } catch { /* as above */ }
}

function isMarked(owner, place) {
  try { return localStorage.getItem(markOf(owner, place)) !== null; } catch { return false; }
}
