/**
 * What waits for a network, on the page: parcels (js/outbox-core.js) are shown where they will stand, sent as soon as that
 * is possible, and can be changed or withdrawn until then. Background Sync empties the outbox with the app closed; where
 * the browser has none, this does it at every start, return and reconnection.
 *
 * Roots: [data-outbox] (a list; its value is a ticket's number, or "all"), [data-outbox-count] (the way to /outbox).
 * Its templates and words: #outbox-parcel (templates/outbox/_parcel.html).
 */

import "./outbox-core.js";

const { outbox } = self;
const person = document.body.dataset.person;
const voices = new BroadcastChannel("outbox");
const SYNC = "outbox";
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 60_000;
let retry = 0;
let wait = FIRST_RETRY_MS;

/** Keeps a form that could not be sent. Resolves when it is on the disk; throws where the browser refuses storage. */
export async function post(parcel) {
  await outbox.put({ ...parcel, owner: person });
  navigator.storage?.persist?.().catch(() => {});       // or the browser may throw it away when the disk is full
  await wake();
}

/** Background Sync where there is one; the same at once here, which fails quietly without a network. */
async function wake() {
  const worker = await navigator.serviceWorker?.getRegistration().catch(() => null);
  await worker?.sync?.register(SYNC).catch(() => {});
  if (navigator.onLine) send();
}

export async function send() {
  clearTimeout(retry);
  const left = await outbox.flush().catch((error) => { console.info("outbox", error); return 0; });
  wait = left ? Math.min(wait * 2, LAST_RETRY_MS) : FIRST_RETRY_MS;
  if (left) retry = setTimeout(send, wait);
}

/** Something has changed: there may be a network again. */
function anew() {
  wait = FIRST_RETRY_MS;
  send();
}

async function mine() {
  return (await outbox.all().catch(() => [])).filter((parcel) => parcel.owner === person);
}

async function show() {
  const parcels = await mine();
  mark(parcels.length);
  for (const link of document.querySelectorAll("[data-outbox-count]")) {
    link.hidden = parcels.length === 0;
    link.querySelector("[data-outbox-number]").textContent = parcels.length;
  }
  for (const list of document.querySelectorAll("[data-outbox]")) {
    const here = parcels.filter(({ place }) => list.dataset.outbox === "all" || list.dataset.outbox === place);
    list.replaceChildren(...here.map(element));
    list.hidden = here.length === 0;
    const empty = list.parentElement.querySelector("[data-outbox-empty]");
    if (empty) empty.hidden = here.length > 0;
  }
}

/** Whoever signs out is asked first (js/app.js). */
function mark(count) {
  try {
    if (count) localStorage.setItem("outbox", count);
    else localStorage.removeItem("outbox");
  } catch { /* then he is not asked */ }
}

/** One parcel as it will look in the thread, with what keeps it back. */
function element(parcel) {
  const template = document.querySelector("#outbox-parcel");
  const item = template.content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-parcel-${name}]`);
  item.dataset.state = parcel.state;
  item.dataset.kind = parcel.kind ?? "";
  part("title").textContent = titleOf(parcel, template.dataset);
  part("text").textContent = textOf(parcel);
  part("time").textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(parcel.at);
  part("files").textContent = [...parcel.files.map(({ name }) => name), ...parcel.notes.map(() => template.dataset.voice)].join(", ");
  part("state").textContent = parcel.reason || template.dataset[wordOf(parcel)];
  for (const button of item.querySelectorAll("[data-parcel-when]")) {
    button.hidden = !button.dataset.parcelWhen.split(" ").includes(parcel.state === "refused" ? parcel.kind : parcel.state);
  }
  const acts = { edit: () => edit(parcel), drop: () => outbox.remove(parcel.id), again: () => again(parcel), forward: () => goOn(parcel) };
  for (const [name, act] of Object.entries(acts)) part(name).addEventListener("click", act);
  return item;
}

function wordOf({ state, kind }) {
  return state === "refused" ? `kind${kind[0].toUpperCase()}${kind.slice(1)}` : state;
}

const field = (parcel, name) => parcel.fields.find(([key]) => key === name)?.[1] ?? "";

function titleOf(parcel, words) {
  return parcel.place.startsWith("new:") ? `${words.newTicket} ${field(parcel, "subject")}` : `№ ${parcel.place}`;
}

function textOf(parcel) {
  const [name, format] = parcel.place.startsWith("new:") ? ["description", "description_format"] : ["body", "body_format"];
  const text = field(parcel, name);
  return field(parcel, format) === "html" ? plain(text) : text;
}

/** The words of a formatted text, its lines as they are. */
export function plain(text) {
  const page = new DOMParser().parseFromString(text.replace(/<(?:br|\/p|\/div|\/li)[^>]*>/gi, "$&\n"), "text/html");
  return page.body.textContent.trim();
}

/** Sent as it is, though somebody wrote meanwhile, or after its owner has mended what was in the way. */
async function again(parcel) {
  await outbox.change(parcel.id, { state: "waiting", kind: "", reason: "", isSure: parcel.kind === "overtaken" });
  await wake();
}

/** Back into the form it came from: its draft, files and recordings are put where that form looks for them. */
async function edit(parcel) {
  const { unpack } = await import("./outbox-unpack.js");
  await unpack(parcel);
  await outbox.remove(parcel.id);
  const page = new URL(parcel.page, location.href);
  if (page.pathname === location.pathname && page.search === location.search) location.reload();
  else location.assign(page);
}

/** The ticket was closed meanwhile: the same as a new ticket that goes on where it ended. */
function goOn(parcel) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/tickets/new";
  const give = (name, value) => form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  give("csrf_token", document.querySelector('meta[name="csrf-token"]').content);
  give("continues", parcel.place);
  give("description", field(parcel, "body"));
  if (field(parcel, "body_format") === "html") give("description_format", "html");
  for (const file of parcel.files) give("upload_ids", file.id);
  for (const note of parcel.notes) give("voice_note_ids", note.id);
  document.body.append(form);
  outbox.remove(parcel.id).then(() => form.submit());
}

/** The server has one: the thread shows it as a comment of its own, a new ticket can be opened. */
function arrived({ place, address, number }) {
  const ticket = document.querySelector("#ticket-timeline");
  if (ticket && document.querySelector(`[data-outbox="${CSS.escape(place)}"]`)) document.body.dispatchEvent(new Event("push:news"));
  const list = document.querySelector('[data-outbox="all"]');
  if (!list || !number) return;
  const done = document.querySelector("#outbox-parcel").content.querySelector("[data-parcel-done]").cloneNode(true);
  done.hidden = false;
  done.querySelector("a").href = address;
  done.querySelector("[data-parcel-number]").textContent = number;
  document.querySelector("[data-outbox-done]").append(done);
}

export function start() {
  voices.addEventListener("message", ({ data }) => {
    if (data.type === "sent") arrived(data);
    show();
  });
  for (const name of ["online", "focus", "pageshow"]) addEventListener(name, anew);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) anew(); });
  document.addEventListener("htmx:after:process", show);
  show();
  send();
}
