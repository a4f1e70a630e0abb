/* The service worker: rings, opens what was rung about, and has a page to show without a network.
   It keeps the offline page and lasting static files; never a page, a fragment or an answer that a session gave. */

const KEPT = "desk-__VERSION__";        // the server puts the release's name in; a new one throws the old cache away
const MOST_KEPT = 200;                  // files; older releases' are the first to go
const OFFLINE = "/offline";
const DAY_MS = 24 * 60 * 60 * 1000;
const ICON = "/static/icons/icon-192.png";
const BADGE = "/static/icons/badge-96.png";

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepOffline().catch(() => {}));    // push must work even if that page can't be had now
});

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  await Promise.all((await caches.keys()).filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();    // the page is asked for while this worker still starts
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate") {
    event.respondWith(page(event));
    event.waitUntil(freshen().catch(() => {}));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(file(event));
  }
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function file(event) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(event.request);
  if (kept && isLasting(kept)) return kept;
  try {
    const answer = await fetch(event.request);
    if (answer.ok && isLasting(answer)) event.waitUntil(keep(cache, event.request, answer.clone()).catch(() => {}));
    return answer;
  } catch {
    return kept ?? Response.error();
  }
}

/* Only a file whose name changes with its content may be served without asking. */
function isLasting(answer) {
  return /\bimmutable\b/.test(answer.headers.get("Cache-Control") ?? "");
}

async function keep(cache, request, answer) {
  await cache.put(request, answer);
  const all = (await cache.keys()).filter((one) => new URL(one.url).pathname !== OFFLINE);
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST_KEPT)).map((one) => cache.delete(one)));
}

/* The offline page and the files that it names, asked for without cookies: it is the same for everybody. */
async function keepOffline() {
  const answer = await fetch(OFFLINE, { credentials: "omit", cache: "no-cache" });
  if (!answer.ok || answer.redirected) throw new Error("no offline page");
  const cache = await caches.open(KEPT);
  const names = [...(await answer.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((match) => match[1]);
  await Promise.allSettled([...new Set(names)].map((name) => cache.add(name)));
  await cache.put(OFFLINE, answer);
}

async function freshen() {
  const kept = await caches.match(OFFLINE);
  if (!kept || Date.now() - Date.parse(kept.headers.get("Date")) > DAY_MS) await keepOffline();
}

/* Every push is shown, an unreadable one too: iOS ends a subscription after silent pushes, Chromium shows a text of its own. */
self.addEventListener("push", (event) => event.waitUntil(ring(newsIn(event.data))));

function newsIn(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

async function ring({ id, title, body, tag, url }) {
  const shown = tag ? await self.registration.getNotifications({ tag }).catch(() => []) : [];
  const isRepeat = Boolean(id) && shown.some((other) => other.data?.id === id);    // delivered twice: don't buzz twice
  await self.registration.showNotification(title || location.hostname, {
    body, tag, icon: ICON, badge: BADGE, data: { id, url: here(url).href },
    renotify: Boolean(tag) && !isRepeat, silent: isRepeat ? true : null,    // same ticket, new message: buzz again
  });
  for (const client of await windows()) client.postMessage({ type: "push", url: here(url).href, tag });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(here(event.notification.data?.url)));
});

/* A window on that very page comes to the front; another one stays as it is, since something may be typed there.
   Only where the browser refuses to open a window does one that is there lead on. */
async function open(url) {
  const all = await windows();
  let told = all.find((client) => new URL(client.url).pathname === url.pathname);
  if (!told) {
    try {
      return void await self.clients.openWindow(url.href);
    } catch {
      told = all[0];
    }
  }
  told?.postMessage({ type: "open", url: url.href });
  await told?.focus().catch(() => {});
}

function windows() {
  return self.clients.matchAll({ type: "window", includeUncontrolled: true });
}

/* A push never leads to another site, and a broken address must not keep it from being shown. */
function here(address) {
  const front = new URL("/", location.origin);
  try {
    const url = new URL(address || "/", front);
    return url.origin === front.origin ? url : front;
  } catch {
    return front;
  }
}

/* The browser changed its endpoint: the server must learn the new one, or it rings nowhere. */
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil((async () => {
  const { key, csrf_token } = await (await fetch("/push/public-key")).json();
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const subscription = event.newSubscription ?? await self.registration.pushManager.subscribe(options);
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf_token ?? "" };
  await fetch("/push/subscriptions", { method: "POST", headers, body: JSON.stringify(subscription) });
})()));
