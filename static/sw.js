/* The service worker: which part answers what. The server puts the release's name and the shell's files in; the parts
   are classic scripts (static/sw/*.js), since not every browser that has push knows modules here. They share one scope:

     shell.js     lasting static files and the page for «no network»
     reader.js    whose browser this is; wipes everything kept when that changes
     reading.js   pages of the reader, to be read without a network
     share.js     files and words that another app hands over
     outbox.js    what was written without a network goes out
     push.js      notifications, receipts, the number on the icon

   docs/adr/0005-offline.md says what is kept where and for how long. */

const RELEASE = "__VERSION__";
const SHELL_FILES = __SHELL__;      // paths under static/, of this release
const STREAMED = /^\/attachments\/|^\/voice-notes\/|^\/uploads|^\/manifest\.json$/;    // large, or nobody's: the browser alone

importScripts(...["shell", "reader", "reading", "share", "outbox", "push"].map((part) => `/static/r-${RELEASE}/sw/${part}.js`));

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepFront().catch(() => {}));       // push must work even if that page can't be had now
});

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  await dropOldShells();
  await dropOldLayouts();
  await preload();
  await self.clients.claim();
})()));

/* The page is asked for while this worker still starts. Not in Firefox: there a preload that finds no network ends the
   navigation, whatever the worker answers it with, and nothing kept would ever be shown. */
function preload() {
  const { navigationPreload } = self.registration;
  return /\bFirefox\//.test(navigator.userAgent) ? navigationPreload?.disable() : navigationPreload?.enable();
}

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (origin !== location.origin) return;
  if (method === "POST" && pathname === "/logout") event.waitUntil(forgetReader());
  else if (method === "POST" && pathname === SHARE) event.respondWith(takeShare(event));
  else if (method !== "GET") return;
  else if (mode === "navigate") event.respondWith(page(event));
  else if (pathname.startsWith("/static/")) event.respondWith(file(event));
  else if (isPicture(pathname)) event.respondWith(picture(event));
  else if (event.request.credentials !== "omit" && !STREAMED.test(pathname)) event.respondWith(watched(event));
});

self.addEventListener("message", (event) => {
  const answer = MESSAGES[event.data?.type];
  if (answer) event.waitUntil(answer(event.data, event));
});

/* What pages may ask for, by the message's type; each part adds its own. */
Object.assign(MESSAGES, { forget: () => forgetReader() });
