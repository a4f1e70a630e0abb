/**
 * The one script that every page names. It looks for the roots of behaviours by their data attributes and loads a
 * module only where its root stands, now and in every fragment that htmx brings later.
 *
 * A module exports `start(root)`, called once for each root. A page without JavaScript works without any of this.
 */

/** Resolves when the page stands and has nothing better to do: for what nobody looks at. */
const quiet = new Promise((done) => {
  const soon = () => (window.requestIdleCallback ? requestIdleCallback(done, { timeout: 2000 }) : setTimeout(done, 200));
  if (document.readyState === "complete") soon();
  else addEventListener("load", soon, { once: true });
});

const BEHAVIOURS = [      // those of a page are asked for in this order
  [".prose :is(pre, table), .ticket__side", () => import("./scroller.js")],
  ["[data-copy]", () => import("./copy.js")],
  ["[data-dialog-open]", () => import("./dialog.js")],
  ["[data-password]", () => import("./password.js")],
  ["[data-code]", () => import("./code.js")],
  ["[data-theme-switch]", () => import("./theme.js")],
  ["[data-countdown]", () => import("./countdown.js")],
  ["[data-install]", () => import("./install.js")],
  ["altcha-widget", () => import("./altcha-init.js")],
  ["textarea[data-editor]", () => import("./editor.js")],
  ["[data-chips]", () => import("./chips.js")],
  ["[data-hints]", () => import("./hints.js")],
  ["[data-recorder]", () => import("./recorder.js")],
  ["[data-recorder-list]", () => import("./transcript-form.js")],
  ["[data-spoken]", () => import("./transcript.js")],
  ["[data-waveform]:not([hidden])", () => import("./waveform.js")],
  ["[data-composer]", () => import("./composer.js")],
  ["[data-viewer]", () => import("./viewer.js")],
  ["#ticket[data-status]", () => import("./ticket.js")],
  ["#ticket-timeline", () => import("./talk.js")],
  ["html[data-kept-at]", () => import("./kept.js")],
  ["[data-kept-list]", () => import("./offline.js")],
  ["[data-pin]", () => import("./pin.js")],
  ["body.signed-in", () => quiet.then(() => import("./outbox.js"))],
  ["body[data-person]", () => quiet.then(() => import("./push.js"))],     // it also keeps this browser's subscription alive
];
const isApp = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
if (isApp) BEHAVIOURS.push(["#pull", () => import("./pull.js")]);
/** Roots that answer presses, where a press would do something else without their module. */
const PRESSED = "[data-viewer], [data-composer], [data-spoken], #ticket-timeline";
const AGAIN_MS = 4000;
const PATIENCE_MS = 10_000;
const started = new WeakMap();      // root -> the selectors already started on it
const coming = new Map();           // a module that is being loaded -> its root

function find(scope) {
  for (const [selector, load] of BEHAVIOURS) {
    const roots = [...scope.querySelectorAll(selector)];
    if (scope.matches?.(selector)) roots.unshift(scope);
    for (const root of roots) start(root, selector, load);
  }
}

async function start(root, selector, load) {
  const known = started.get(root) ?? new Set();
  if (known.has(selector)) return;
  started.set(root, known.add(selector));
  const loading = load().catch(() => null);
  coming.set(loading, root);
  tellStarting();
  const module = await loading;
  try {
    module?.start?.(root);
  } finally {
    coming.delete(loading);
    tellStarting();
  }
  if (module) return;
  known.delete(selector);      // the link broke off in the middle: the page must still become whole
  setTimeout(() => root.isConnected && start(root, selector, load), AGAIN_MS);
}

/** <html data-starting>: something is still to come that may change the page. */
function tellStarting() {
  document.documentElement.toggleAttribute("data-starting", coming.size > 0);
}

/** A press that is quicker than its module waits for it; where none comes, it does what it does without. */
addEventListener("click", async (event) => {
  const pressed = event.target.closest?.("a[href], button");
  const awaited = [...coming].filter(([, root]) => root.matches(PRESSED) && root.contains(pressed)).map(([loading]) => loading);
  if (!awaited.length || !event.isTrusted || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (pressed.matches("[data-going]")) return;      // pressed again out of impatience
  const show = (isOn) => { for (const one of [pressed, document.documentElement]) one.toggleAttribute("data-going", isOn); };
  show(true);
  await Promise.race([Promise.all(awaited), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  show(false);
  if (pressed.isConnected) pressed.click();
}, { capture: true });

/** After a refused form the reader is taken to what was wrong, on a whole page and in a fragment alike. */
function showFault(scope) {
  (scope.querySelector('.notice--error[tabindex="-1"]') ?? scope.querySelector('[aria-invalid="true"]'))?.focus();
}

/** The browser's own words for an empty field come in the browser's language; the page's are the reader's. */
document.addEventListener("invalid", ({ target }) => {
  const { required } = document.documentElement.dataset;
  if (!target.validity.valueMissing || !required) return;
  target.setCustomValidity(required);
  for (const name of ["input", "change"]) target.addEventListener(name, () => target.setCustomValidity(""), { once: true });
}, { capture: true });

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** The server words times for the zone of this cookie; it is written again only when the device has travelled. */
function tellTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !`; ${document.cookie};`.includes(`; tz=${zone};`)) {
    import("./timezone.js").then((module) => module.remember(zone));
  }
}

function showConnection() {
  for (const bar of document.querySelectorAll("[data-connection]")) bar.hidden = navigator.onLine;
}

/** Loaded ahead, since it is for the moment when nothing can be loaded. */
const refusals = () => import("./refusals.js");

async function explain(event) {
  const { explainRefusal } = await refusals();
  explainRefusal(event.detail);
}

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF-Token"] = csrfToken();
});
document.addEventListener("htmx:after:process", ({ target }) => {
  find(target);
  if (target !== document.body) showFault(target);
});
document.addEventListener("htmx:response:error", explain);
document.addEventListener("htmx:error", explain);
document.addEventListener("submit", (event) => {       // what was typed is nobody else's on a shared device
  if (!event.target.action.endsWith("/logout")) return;
  if (localStorage.getItem("outbox") && !confirm(event.target.dataset.unsent)) return event.preventDefault();
  for (const key of Object.keys(localStorage)) if (/^draft:|^outbox$/.test(key)) localStorage.removeItem(key);
  for (const name of ["files", "voice-notes", "outbox"]) indexedDB.deleteDatabase(name);
});
addEventListener("load", () => import("./going.js").catch(() => {}));
quiet.then(() => document.body.matches(".signed-in") && refusals()).catch(() => {});
document.addEventListener("touchstart", () => {}, { passive: true });      // iOS shows a press only where somebody listens
document.addEventListener("focusin", () => {
  if (matchMedia("(pointer: coarse)").matches) import("./keyboard.js").catch(() => {});
}, { once: true });
addEventListener("online", showConnection);
addEventListener("offline", showConnection);
addEventListener("pageshow", showConnection);

find(document);
showFault(document);
showConnection();
tellTimeZone();
if (/[?&](voice|share)=/.test(location.search)) import("./launch.js");
document.addEventListener("submit", ({ target }) => {      // written down here: ask.js comes when the page is quiet
  if (!target.matches?.("#new-ticket")) return;
  target.dataset.sent = "";
  localStorage.setItem("ask.sent", String(Date.now()));
});
addEventListener("beforeinstallprompt", (offer) => {      // comes once and early: kept for a good moment (ask.js, install.js)
  offer.preventDefault();
  window.installOffer = offer;
  dispatchEvent(new Event("install:offer"));
});
addEventListener("load", () => import("./worker.js").then((module) => module.keepUp()));    // after what the page itself needs
