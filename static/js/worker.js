/** The service worker as the pages know it: registered once, asked by messages, told of pages that it didn't see pass. */

const WORKER = "/sw.js";
const PAUSE_MS = 2000;
const PATIENCE_MS = 5000;

const wasThere = Boolean(navigator.serviceWorker?.controller);
let registering = null;

/** Registers the service worker, once a page; null where it can't be. */
export function register() {
  registering ??= navigator.serviceWorker?.register(WORKER).catch(() => null) ?? Promise.resolve(null);
  return registering;
}

/** The registration with an active worker; throws where there is none. */
export async function worker() {
  if (!await register()) throw new Error("no service worker");    // `ready` would be waited for without end
  return navigator.serviceWorker.ready;
}

/** Sends a message (static/sw.js, MESSAGES) and returns the worker's answer. */
export async function ask(type, data = {}) {
  const { active } = await worker();
  const { port1, port2 } = new MessageChannel();
  return new Promise((done, fail) => {
    setTimeout(fail, PATIENCE_MS, new Error(`${type}: no answer`));
    port1.onmessage = (event) => done(event.data);
    active.postMessage({ type, ...data }, [port2]);
  });
}

/** The page has become another than the one that the worker saw pass: it keeps a fresh copy. */
async function tellSeen() {
  if (!document.body.matches(".signed-in") || document.documentElement.dataset.keptAt) return;
  (await worker()).active.postMessage({ type: "seen", url: location.href });
}

let timer = 0;

/** Called once a page, when it stands. */
export function keepUp() {
  worker().then(({ active }) => active.postMessage({ type: "keepShell" })).catch(() => {});
  if (!wasThere) tellSeen().catch(() => {});
  document.addEventListener("htmx:after:swap", () => {
    clearTimeout(timer);
    timer = setTimeout(() => tellSeen().catch(() => {}), PAUSE_MS);
  });
}
