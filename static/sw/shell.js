/* The shell: the page for «no network» and the static files of this release, the same for everybody. */

const MESSAGES = { keepShell: () => keepShell() };
const SHELL = `desk-${RELEASE}`;
const MOST_FILES = 300;                 // beside the shell's own: what pages name
const OFFLINE = "/offline";
const DAY_MS = 24 * 60 * 60 * 1000;
const ANY_RELEASE = /^\/static\/r-[^/]+\//;
const OWN = `/static/r-${RELEASE}/`;

const AT_ONCE = 3;                      // the page that is being read goes first

async function keepFront() {
  await keepOffline(await caches.open(SHELL));
}

/* What pages may need, a few files at a time, asked for by a page that stands. Not while the worker is installed: it would
   be at nobody's service until the last file has come. One that can't be had now is fetched when a page needs it. */
async function keepShell() {
  const cache = await caches.open(SHELL);
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  const missing = SHELL_FILES.map((path) => OWN + path).filter((address) => !kept.has(address));
  const fetchNext = async () => {
    for (let address = missing.pop(); address; address = missing.pop()) await cache.add(address).catch(() => {});
  };
  await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
}

/* Without cookies: nothing in it is anybody's. */
async function keepOffline(cache) {
  const answer = await fetch(OFFLINE, { credentials: "omit", cache: "no-cache" });
  if (!answer.ok || answer.redirected) throw new Error("no offline page");
  const names = [...(await answer.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((match) => match[1]);
  await Promise.allSettled([...new Set(names)].map((name) => cache.add(name)));
  await cache.put(OFFLINE, answer);
}

async function freshenOffline() {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(OFFLINE);
  if (!kept || Date.now() - Date.parse(kept.headers.get("Date")) > DAY_MS) await keepOffline(cache);
}

async function dropOldShells() {
  const old = (await caches.keys()).filter((name) => name.startsWith("desk-") && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function offlinePage() {
  return (await caches.match(OFFLINE, { cacheName: SHELL })) ?? Response.error();
}

/* A page kept under an older release names that release's files: today's stand in for them. */
async function file(event) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(event.request);
  if (kept && isLasting(kept)) return kept;
  try {
    const answer = await fetch(event.request);
    if (answer.ok && isLasting(answer)) event.waitUntil(keepFile(cache, event.request, answer.clone()).catch(() => {}));
    return answer;
  } catch {
    const { pathname } = new URL(event.request.url);
    return kept ?? (await cache.match(pathname.replace(ANY_RELEASE, OWN))) ?? Response.error();
  }
}

/* Only a file whose name changes with its content may be served without asking. */
function isLasting(answer) {
  return /\bimmutable\b/.test(answer.headers.get("Cache-Control") ?? "");
}

async function keepFile(cache, request, answer) {
  await cache.put(request, answer);
  await trim(cache, MOST_FILES + SHELL_FILES.length, (path) => path !== OFFLINE && !path.startsWith(OWN));
}

/* The first to come are the first to go. */
async function trim(cache, most, mayGo = () => true) {
  const all = (await cache.keys()).filter((one) => mayGo(new URL(one.url).pathname));
  await Promise.all(all.slice(0, Math.max(0, all.length - most)).map((one) => cache.delete(one)));
}
