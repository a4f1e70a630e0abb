/* Background Sync: what was written without a network goes out, with the app closed too (js/outbox-core.js). Where the
   browser has none, the pages do it. Parcels are their owner's and stay for him when the reader changes: they are shown
   and sent only where he is signed in, and go with his own «Выйти». */

const OUTBOX_SYNC = "outbox";

importScripts(`/static/r-${RELEASE}/js/outbox-core.js`);

self.addEventListener("sync", (event) => {
  if (event.tag === OUTBOX_SYNC) event.waitUntil(sendParcels());
});

/* A promise that fails has the browser try again later; what waits for a sign-in must wait for the reader instead. */
async function sendParcels() {
  const left = await self.outbox.flush();
  const parcels = left ? await self.outbox.all() : [];
  if (parcels.some(({ state }) => state === "waiting")) throw new Error("not all has gone");
}
