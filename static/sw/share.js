/* What another app hands over: photos, logs, words. They wait here while their owner signs in, and without a network;
   share.js of the page puts them into the draft of a new ticket. */

const SHARE = "/share";
const SHARE_ROOM = "/share/kept/";
const DRAFT = "/tickets/new?share=";

/* Another site's form can be sent here too; it names its page unless it hides it, the phone's own menu has none. */
function isForeign({ referrer }) {
  return /^https?:/.test(referrer) && new URL(referrer).origin !== location.origin;
}

async function takeShare(event) {
  if (isForeign(event.request)) return Response.redirect(DRAFT.split("?")[0], 303);
  let form;
  try {
    form = await event.request.clone().formData();
  } catch {
    return fetch(event.request);                     // not for us to read: the server says what it thinks of it
  }
  try {
    return Response.redirect(DRAFT + await keepShare(form), 303);
  } catch {
    return fetch(event.request);                     // the disk is full: the server takes the files
  }
}

async function keepShare(form) {
  const id = crypto.randomUUID();
  const cache = await caches.open(SHARED);
  const words = Object.fromEntries(["title", "text", "url"].map((name) => [name, String(form.get(name) ?? "")]));
  const files = form.getAll("files").filter((file) => file instanceof File && file.size);
  await dropOldShares(cache);
  await Promise.all(files.map((file, index) => cache.put(`${SHARE_ROOM}${id}/${index}`, new Response(file, {
    headers: { "Content-Type": file.type || "application/octet-stream", "Desk-Name": encodeURIComponent(file.name) },
  }))));
  const told = JSON.stringify({ ...words, files: files.length, at: Date.now() });
  await cache.put(`${SHARE_ROOM}${id}`, new Response(told, { headers: { "Content-Type": "application/json" } }));
  return id;
}

async function dropOldShares(cache) {
  for (const request of await cache.keys()) {
    const id = new URL(request.url).pathname.slice(SHARE_ROOM.length).split("/")[0];
    const told = await (await cache.match(SHARE_ROOM + id))?.json().catch(() => null);
    if (!(told?.at > Date.now() - DAY_MS)) await cache.delete(request);
  }
}
