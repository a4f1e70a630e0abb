/* Whose browser this is. Every answer of the server says it in the header Desk-Reader: "guest", "staff", or
   "<person>.<device>" of a customer, with "!" behind it where he asked to be remembered. What is kept for a reader
   stands in caches with his name in theirs (LAYOUT), and goes as soon as any answer names somebody else.

   The cookie `reader` says the same and lives as long as the session's own: so a browser that was closed without
   «Запомнить меня», or that another tab has signed out, is known for nobody's before the server was asked. */

const LAYOUT = "reader-1-";             // version of what is kept: another one throws all of the old away
const NOBODY = new Set(["guest", "staff"]);
const SHARED = "shared-1";              // what another app handed over (share.js): waits for whoever signs in
const TOLD = "Desk-Reader";

const cacheName = (kind, reader) => `${LAYOUT}${kind}-${reader}`;
const plain = (reader) => reader.replace("!", "");

const FORGETTING = [];                  // other parts' own: called with the reader who stays, or null, when others' things go
let generation = 0;                     // grows with each wipe: what was asked for before it is not kept after it

/* Looks at an answer; wipes when it is for another reader. Returns the reader whose pages may be kept, or null. */
async function heardFrom(answer) {
  const told = answer.headers.get(TOLD);
  if (told === null) return null;                   // a file, or an answer of something between us and the desk
  const reader = plain(told);
  await forgetAllBut(NOBODY.has(told) ? null : reader);
  const mayKeep = !NOBODY.has(told) && (told.endsWith("!") || "cookieStore" in self);
  return mayKeep ? reader : null;
}

/* The reader whose pages may be shown now, without asking the server; null for nobody. */
async function presentReader() {
  const kept = await keptReader();
  if (!("cookieStore" in self)) return kept;
  const cookie = (await self.cookieStore.get("reader"))?.value ?? "";
  if (kept && plain(cookie) !== kept) await forgetReader();
  return plain(cookie) === kept ? kept : null;
}

async function keptReader() {
  const name = (await caches.keys()).find((one) => one.startsWith(LAYOUT));
  return name ? name.slice(LAYOUT.length).replace(/^[a-z]+-/, "") : null;
}

/* A guest's answer leaves what was shared: he may be about to sign in. It goes with whoever leaves. */
async function forgetAllBut(reader) {
  const others = (await caches.keys()).filter((name) => name.startsWith(LAYOUT) && !(reader && name.endsWith(`-${reader}`)));
  if (!others.length) return;
  generation++;
  await Promise.all([...others, SHARED].map((name) => caches.delete(name)));
  for (const one of await self.registration.getNotifications().catch(() => [])) one.close();
  await navigator.clearAppBadge?.().catch(() => {});
  for (const forget of FORGETTING) await forget(reader);
  for (const client of await windows()) client.postMessage({ type: "forgotten" });
}

function forgetReader() {
  generation++;
  return Promise.all([forgetAllBut(null), caches.delete(SHARED)]);
}

async function dropOldLayouts() {
  const old = (await caches.keys()).filter((name) => /^(reader|shared)-/.test(name) && !name.startsWith(LAYOUT) && name !== SHARED);
  await Promise.all(old.map((name) => caches.delete(name)));
}
