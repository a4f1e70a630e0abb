/**
 * Push in the page: the switch of a [data-push] root, and the messages of the service worker.
 *
 * Inside a root: [data-push-enable], [data-push-disable], [data-push-test] buttons and [data-push-state] for words,
 * which are the root's: data-text-on, -off, -denied, -unsupported, -error; if given also -install (an iPhone's browser,
 * where only the installed app has push), -busy and -sent. The root's data-push-now is the state, for styles.
 * A [data-push-test] may stand outside a root.
 * <body data-person="ID" data-device="ID"> says whose browser this is now and under which sign-in; body.signed-in,
 * that it is somebody's.
 *
 * What the worker tells is an event on <body>: `push:news`, detail {type: "push" | "open", url, tag}.
 */

import { register, worker } from "./worker.js";

const SUBSCRIPTIONS = "/push/subscriptions";
const WANTED_BY = "push.wanted-by";     // the person who switched push on here: on a shared computer not the next one
const TOLD = "push.told";               // what the server was told at this start, under which sign-in

const isSupported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const person = () => document.body.dataset.person ?? "";
const roots = () => document.querySelectorAll("[data-push]");

/** Switches push on for this browser: asks for permission, subscribes, tells the server. Call it from a click. */
export async function enable() {
  if (await Notification.requestPermission() !== "granted") return;    // first: the click's right to ask runs out
  await tell(await subscription());
  localStorage.setItem(WANTED_BY, person());
}

export async function disable() {
  const current = await subscription();
  localStorage.removeItem(WANTED_BY);
  sessionStorage.removeItem(TOLD);
  if (!current) return;
  await current.unsubscribe();
  await send("DELETE", SUBSCRIPTIONS, { endpoint: current.endpoint });
}

/** Returns unsupported, install, denied, on or off. */
export async function state() {
  if (!isSupported || !await register()) return navigator.standalone === false ? "install" : "unsupported";
  if (Notification.permission === "denied") return "denied";
  const isOn = Notification.permission === "granted" && await subscription();
  return isOn && localStorage.getItem(WANTED_BY) === person() ? "on" : "off";
}

/**
 * At each start of the app and after each sign-in compares the subscription with the server's, since signing out has
 * ended it there, and takes out a new one if the browser has lost it, as iOS does.
 */
async function sync() {
  const isWanted = Notification.permission === "granted" && localStorage.getItem(WANTED_BY) === person();
  if (!isWanted || !document.body.classList.contains("signed-in")) return;
  const current = await subscription();
  if (!current || !document.body.dataset.device || sessionStorage.getItem(TOLD) !== mark(current)) await tell(current);
}

/** A push service takes pushes only from the key that was subscribed with, so a new key of the desk needs a new start. */
async function tell(current) {
  const key = await publicKey();
  const isGood = current && isFor(key, current);
  if (current && !isGood) await current.unsubscribe();
  const known = isGood ? current : await subscribe(key);
  await send("POST", SUBSCRIPTIONS, known);
  sessionStorage.setItem(TOLD, mark(known));
}

/** A tab is a start; one that stays open tells again on the next day. */
const mark = ({ endpoint }) => `${document.body.dataset.device} ${new Date().toDateString()} ${endpoint}`;

async function subscription() {
  return (await worker()).pushManager.getSubscription();
}

async function subscribe(key) {
  return (await worker()).pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function isFor(key, current) {
  const bytes = new Uint8Array(current.options.applicationServerKey ?? []);
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") === key;
}

async function publicKey() {
  return (await (await checked(fetch("/push/public-key"))).json()).key;
}

function send(method, address, body) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": token };
  return checked(fetch(address, { method, headers, body: JSON.stringify(body ?? {}) }));
}

/** A redirect leads to the login page: whoever is signed out was not heard. */
async function checked(answering) {
  const answer = await answering;
  if (!answer.ok || answer.redirected) throw new Error(`${answer.url}: ${answer.status}`);
  return answer;
}

function show(name, said = name) {
  for (const root of roots()) {
    const words = { ...root.dataset };
    const text = (which) => words[`text${which[0].toUpperCase()}${which.slice(1)}`];
    root.dataset.pushNow = name;
    for (const part of root.querySelectorAll("[data-push-state]")) {
      part.textContent = text(said) ?? (said === "install" ? text("unsupported") : text(name)) ?? "";
    }
    hide(root, "enable", name !== "off");
    hide(root, "disable", name !== "on");
    hide(root, "test", name !== "on");
  }
}

function hide(root, name, isHidden) {
  for (const button of root.querySelectorAll(`[data-push-${name}]`)) button.hidden = isHidden;
}

/** Does it with all buttons shut, then shows where things stand. `done` and "error" are words for how it went. */
async function perform(action, done) {
  const buttons = [...roots()].flatMap((root) => [...root.querySelectorAll("button")]);
  const before = await state();
  for (const button of buttons) button.disabled = true;
  show(before, "busy");
  let said = done;
  try {
    await action();
  } catch {
    said = "error";
  }
  for (const button of buttons) button.disabled = false;
  const now = await state();
  show(now, said ?? now);
  if (document.querySelector("#phones")) (await import("./phones.js")).follow();
}

const ACTIONS = [
  ["[data-push-enable]", enable],
  ["[data-push-disable]", disable],
  ["[data-push-test]", () => send("POST", "/push/test"), "sent"],
];

function clicked(event) {
  for (const [selector, action, done] of ACTIONS) {
    if (!event.target.closest?.(selector)) continue;
    event.preventDefault();      // a form that does the same without scripts
    perform(action, done);
  }
}

function heard({ data }) {
  if (data?.type !== "push" && data?.type !== "open") return;
  document.body.dispatchEvent(new CustomEvent("push:news", { detail: data, bubbles: true }));
  if (data.type !== "open") return;
  const { pathname, hash } = new URL(data.url);
  if (pathname !== location.pathname) location.assign(data.url);
  else if (hash === "#reply") reply();
}

/** «Ответить» of a notification: the cursor stands where the answer is written. */
function reply() {
  const composer = document.querySelector("form.composer");
  composer?.scrollIntoView({ block: "center" });
  composer?.querySelector("textarea")?.focus({ preventScroll: true });
}

/** What the reader now looks at needs no notification any more. */
async function clearSeen() {
  if (document.visibilityState !== "visible") return;
  const shown = await (await worker()).getNotifications();
  for (const one of shown) if (one.data?.url && new URL(one.data.url).pathname === location.pathname) one.close();
}

/** The number on the installed app's icon: asked for only where there is one. */
async function showBadge() {
  const isApp = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
  if (!isApp || !("setAppBadge" in navigator) || !document.body.classList.contains("signed-in")) return;
  const { unread } = await (await checked(fetch("/push/unread"))).json();
  await (unread ? navigator.setAppBadge(unread) : navigator.clearAppBadge());
}

async function start() {
  document.addEventListener("click", clicked);
  document.addEventListener("htmx:after:swap", async () => roots().length && show(await state()));
  navigator.serviceWorker?.addEventListener("message", heard);
  if (location.hash === "#reply") reply();
  import("./ask.js").then((module) => module.begin({ state, enable })).catch(() => {});
  if (!isSupported || !await register()) return show(await state());
  await sync().catch(() => {});    // no network, or signed out meanwhile: the next page tries again
  show(await state());
  await showBadge().catch(() => {});
  return clearSeen();
}

start().catch(() => show("unsupported"));
