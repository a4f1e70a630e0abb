/* Pages of the reader: from the network, kept as they pass; from here when it is silent.

   Caches, each with the reader's name in its own (reader.js):
     pages-…      the list, the form of a new ticket, the last tickets read
     pictures-…   thumbnails of those tickets, never the files themselves
     pinned-…     articles that he wanted to have with him, and their pictures */

const PATIENCE_MS = 3000;               // as long as the network is waited for when there is a copy
const FRESH_MS = 10_000;                // as long as a page may take to come anew with what the network has brought after all
const MOST_TICKETS = 30;
const MOST_PICTURES = 400;
const KEPT_AT = "Desk-Kept-At";
const LISTS = /^\/tickets(\/new)?$|^\/outbox$/;
const TICKET = /^\/tickets\/\d+$/;
const ARTICLE = /^\/kb\/articles\/[^/]+$/;
const PICTURE = /^\/attachments\/[^/]+\/thumb|^\/kb\/files\//;
const NO_ANSWER = new Set([502, 503, 504]);       // a proxy's word for a desk that is away

const keeping = new WeakMap();          // an answer -> the promise that it is kept
const fresh = new Set();                // paths of pages that were told so, and have not come anew yet
const isPicture = (path) => PICTURE.test(path);

async function page(event) {
  const url = new URL(event.request.url);
  event.waitUntil(freshenOffline().catch(() => {}));
  const copy = await keptPage(url).catch(() => null);      // may wipe, so before it is written down who asks
  if (copy && isFresh(url, copy)) {                  // asked for anew, a slow link would bring an old one again and again
    event.waitUntil(Promise.resolve(event.preloadResponse).catch(() => {}));
    return copy;
  }
  const asking = fromNetwork(event, url, generation);
  try {
    const answer = await (copy ? inTime(asking) : asking);
    if (!copy || !NO_ANSWER.has(answer.status)) return answer;
  } catch {
    if (!copy) return offlinePage();
  }
  event.waitUntil(asking.then((answer) => tellFresh(event, answer)).catch(() => {}));
  return withAge(copy);
}

async function fromNetwork(event, url, since) {
  const answer = (await event.preloadResponse) ?? (await fetch(event.request));
  const seen = noticed(answer, url, since, answer.ok && isKept(url) ? answer.clone() : null).catch(() => {});
  keeping.set(answer, seen);
  event.waitUntil(seen);
  if (NOBODY.has(answer.headers.get(TOLD))) await seen;      // nothing may be left once the sign-in page is shown
  return answer;
}

/* A redirect tells nothing of itself: whoever was sent elsewhere from a page of his may be signed out. */
async function noticed(answer, url, since, copy) {
  if (answer.type === "opaqueredirect") return void (isKept(url) && await askWho());
  if (since !== generation) return;                  // asked for by somebody who has left meanwhile
  const reader = await heardFrom(answer);
  if (reader && copy) await keepPage(reader, url, copy);
}

async function askWho() {
  await heardFrom(await fetch("/offline", { method: "HEAD", cache: "no-store" }));
}

/* Everything else that scripts of the pages ask for: passed on, its reader noticed. */
async function watched(event) {
  const since = generation;
  const answer = await fetch(event.request);
  if (answer.headers.has(TOLD) && since === generation) event.waitUntil(heardFrom(answer).catch(() => {}));
  return answer;
}

function inTime(asking) {
  return Promise.race([asking, new Promise((_done, fail) => setTimeout(fail, PATIENCE_MS, new Error("slow")))]);
}

/* The page that shows the copy is told when the network has answered after all, and comes anew: with that answer, at once. */
async function tellFresh(event, answer) {
  if (!answer.ok) return;
  await keeping.get(answer);
  fresh.add(new URL(event.request.url).pathname);
  const client = await self.clients.get(event.resultingClientId);
  client?.postMessage({ type: "fresh", url: event.request.url });
}

function isFresh({ pathname }, copy) {
  return fresh.delete(pathname) && Date.now() - Number(copy.headers.get(KEPT_AT)) < FRESH_MS;
}

function isKept({ pathname, search }) {
  return LISTS.test(pathname) ? !search : TICKET.test(pathname) || ARTICLE.test(pathname);
}

/* A copy is found by its path: a ticket opened from a letter is the same ticket. */
async function keptPage(url) {
  const reader = isKept({ pathname: url.pathname, search: LISTS.test(url.pathname) && isNarrowed(url) }) && await presentReader();
  if (!reader) return null;
  const kind = ARTICLE.test(url.pathname) ? "pinned" : "pages";
  return (await caches.match(url.pathname, { cacheName: cacheName(kind, reader) })) ?? null;
}

/* A search or a filter can't be answered from the copy of the whole list. */
function isNarrowed({ searchParams }) {
  return ["q", "status", "cursor", "continues"].some((name) => searchParams.get(name)) || searchParams.get("scope") === "company" ? "?" : "";
}

async function keepPage(reader, url, answer) {
  if (!isKept(url) || answer.redirected || !/^text\/html/.test(answer.headers.get("Content-Type") ?? "")) return;
  const isArticle = ARTICLE.test(url.pathname);
  const cache = await caches.open(cacheName(isArticle ? "pinned" : "pages", reader));
  if (isArticle && !(await cache.match(url.pathname))) return;       // only what he pinned is kept, and kept fresh
  const html = await answer.text();
  await put(cache, url.pathname, html, answer.headers);
  await keepPictures(reader, isArticle ? "pinned" : "pictures", html);
  if (!isArticle) await trim(cache, MOST_TICKETS, (path) => TICKET.test(path));
  if (!isArticle) await trim(await caches.open(cacheName("pictures", reader)), MOST_PICTURES);
}

/* Put anew, so that the page read last is the last to go. */
async function put(cache, path, html, given) {
  const headers = new Headers({ "Content-Type": "text/html; charset=utf-8", [KEPT_AT]: String(Date.now()) });
  const policy = given.get("Content-Security-Policy");
  if (policy) headers.set("Content-Security-Policy", policy);
  await cache.delete(path);
  await cache.put(path, new Response(html, { headers }));
}

async function keepPictures(reader, kind, html) {
  const named = [...html.matchAll(/\ssrc="([^"]+)"/g)].map((match) => match[1].replaceAll("&amp;", "&"));
  const pictures = [...new Set(named)].filter((address) => address.startsWith("/") && isPicture(address));
  const cache = await caches.open(cacheName(kind, reader));
  await Promise.allSettled(pictures.map(async (address) => (await cache.match(address)) ?? keepPicture(cache, address)));
}

async function keepPicture(cache, address) {
  const answer = await fetch(address);
  const isLasting = !/no-store/.test(answer.headers.get("Cache-Control") ?? "");      // a thumbnail that is not drawn yet is the file itself
  if (answer.ok && isLasting && !answer.redirected && /^image\//.test(answer.headers.get("Content-Type") ?? "")) await cache.put(address, answer);
}

async function picture(event) {
  try {
    return await watched(event);
  } catch {
    const reader = await presentReader();
    const names = reader ? [cacheName("pictures", reader), cacheName("pinned", reader)] : [];
    for (const cacheName of names) {
      const kept = await caches.match(event.request, { cacheName });
      if (kept) return kept;
    }
    return Response.error();
  }
}

/* The page learns its age from an attribute of its root; kept.js puts it into words. A form's own number is made anew:
   what is sent twice under one number is taken for the same thing. */
async function withAge(copy) {
  const html = (await copy.text())
    .replace("<html ", `<html data-kept-at="${Number(copy.headers.get(KEPT_AT))}" `)
    .replace(/(name="client_id" value=")[^"]*/g, (_whole, before) => before + crypto.randomUUID());
  return new Response(html, { headers: copy.headers });
}

async function pin({ url }, event) {
  const { pathname } = new URL(url, location.origin);
  const answer = ARTICLE.test(pathname) ? await fetch(pathname) : null;
  const reader = answer?.ok && !answer.redirected ? await heardFrom(answer) : null;
  if (!reader) return event.ports[0]?.postMessage({ isPinned: false });
  const cache = await caches.open(cacheName("pinned", reader));
  const html = await answer.text();
  await put(cache, pathname, html, answer.headers);
  await keepPictures(reader, "pinned", html);
  event.ports[0]?.postMessage({ isPinned: true });
}

async function unpin({ url }, event) {
  const reader = await presentReader();
  if (reader) await (await caches.open(cacheName("pinned", reader))).delete(new URL(url, location.origin).pathname);
  event.ports[0]?.postMessage({ isPinned: false });
}

async function isPinned({ url }, event) {
  const copy = await keptPage(new URL(url, location.origin));
  event.ports[0]?.postMessage({ isPinned: Boolean(copy) });
}

/* What can be read now, for the page that stands where nothing else can. */
async function listKept(_asked, event) {
  const reader = await presentReader();
  const found = [];
  for (const kind of reader ? ["pages", "pinned"] : []) {
    const cache = await caches.open(cacheName(kind, reader));
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      const path = new URL(request.url).pathname;
      if (!isPicture(path)) found.push({ path, title: titleIn(await answer.text()), keptAt: Number(answer.headers.get(KEPT_AT)) });
    }
  }
  event.ports[0]?.postMessage(found);
}

/* Still with the page's own entities: whoever shows it reads it as HTML's text. */
function titleIn(html) {
  return (html.match(/<title>([^<]*)</)?.[1] ?? "").replace(/ · [^·]*$/, "");
}

/* A page that was there before this worker: it was not seen passing. */
async function seen({ url }) {
  const address = new URL(url, location.origin);
  if (!isKept(address)) return;
  const since = generation;
  const answer = await fetch(address, { redirect: "manual" });      // the sign-in page would come with a guest's session
  await noticed(answer, address, since, answer.ok ? answer : null);
}

Object.assign(MESSAGES, { pin, unpin, isPinned, listKept, seen });
