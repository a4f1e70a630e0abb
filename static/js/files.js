/**
 * Chosen files as chips: added in several goes, pasted, dropped, photographed, taken away one by one; what is too large is
 * left out before it costs an hour of a weak link (D8). Each begins its way as soon as it is chosen (js/files-upload.js)
 * and is kept on this device until its form was sent (js/files-store.js). A form that is sent meanwhile waits for them.
 */

import { Chip, fill, sizeFits } from "./files-chip.js";
import * as store from "./files-store.js";

const AGAIN_MS = 4000;
const chosen = new Map();       // draft name -> Item[]: a swap of the form by another move keeps them
const pickers = new WeakMap();  // form -> Picker
const waiting = new WeakMap();  // form -> the button that sends it as soon as its files have arrived

/** Makes a picker of the form's file field, with what was chosen for this form before. */
export function keepFiles(form) {
  const root = form.querySelector("[data-files]");
  if (!root) return;
  const picker = new Picker(form, root);
  pickers.set(form, picker);
  form.addEventListener("paste", (event) => picker.take(event, event.clipboardData));
  form.addEventListener("drop", (event) => picker.take(event, event.dataTransfer));
  form.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
    form.classList.toggle("is-dropping", event.dataTransfer.types.includes("Files"));
  });
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("is-dropping"));
}

/** The form was sent: the files that went with it are the server's now. Others stay for what is written next. */
export function forgetFiles(form) {
  const items = chosen.get(form.dataset.draft) ?? [];
  for (const item of items.filter(({ state }) => state === "done")) {
    store.forget(item.key);
    item.element?.remove();
  }
  chosen.set(form.dataset.draft, items.filter((item) => item.state !== "done"));
}

/** Gives the form's files, with their bytes, to the outbox, which sends them later; `done()` once it has them. */
export async function handOverFiles(form) {
  const items = chosen.get(form.dataset.draft) ?? [];
  for (const item of items) if (!item.isSettled) item.sending?.pause();
  const rows = await Promise.all(items.map(async ({ key, owner, place, file, name, url, sending }) => (
    { key, owner, place, name, type: file.type, size: file.size, bytes: await file.arrayBuffer(), url, id: sending?.id ?? "" }
  )));
  return { rows, done: () => pickers.get(form)?.letGo(items) };
}

/** One chosen file and its way to the server. `show` is the chip of whichever form stands in the page now. */
class Item {
  show = () => {};
  sending = null;

  constructor({ key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, owner, place, file, name, url = "" }) {
    Object.assign(this, { key, owner, place, file, name, url });
  }

  get state() { return this.sending?.state ?? "queued"; }
  get isSettled() { return ["done", "failed"].includes(this.state); }

  keep() {
    const { key, owner, place, file, name, url } = this;
    return store.keep({ key, owner, place, file, name, url });
  }

  async start() {
    const module = await import("./files-upload.js").catch(() => null);
    if (this.isGone || this.sending) return;
    if (!module) {      // the link broke off before the script came
      setTimeout(() => this.start(), AGAIN_MS);
      return;
    }
    this.sending = new module.Sending(this.file, this.name, this.url);
    this.sending.addEventListener("url", () => { this.url = this.sending.url; this.keep(); });
    this.sending.addEventListener("change", () => this.show());
    this.sending.go();
  }

  remove() {
    this.isGone = true;
    this.sending?.drop();
    store.forget(this.key);
  }
}

class Picker {
  constructor(form, root) {
    Object.assign(this, { form, root, name: form.dataset.draft, owner: form.dataset.owner ?? "" });
    this.list = root.querySelector("[data-files-list]");
    this.error = root.querySelector("[data-files-error]");
    if (matchMedia("(pointer: coarse)").matches) {      // what is held in a hand has a camera
      const camera = root.querySelector("[data-files-camera]");
      camera.replaceWith(camera.content);
    }
    for (const input of root.querySelectorAll("[type=file]")) {
      const take = () => {
        this.add([...input.files]);
        input.value = "";       // they go their own way, not with the form
      };
      input.addEventListener("change", take);
      if (input.files.length) this.early = take;      // chosen before this script had come
    }
    this.#adopt();
    this.early?.();
    this.#restore();
  }

  get items() { return chosen.get(this.name) ?? []; }

  take(event, transfer) {
    if (event.defaultPrevented || !transfer?.files.length) return;      // the editor may take a picture into the text
    event.preventDefault();
    this.add([...transfer.files]);
  }

  add(files) {
    const { maxMib, maxCount } = this.root.dataset;
    const complaints = [];
    const fits = files.filter((file) => {
      const fault = sizeFits(file, maxMib);
      if (fault) complaints.push(fill(this.root.dataset[fault], { name: file.name, mib: maxMib }));
      return !fault && !this.items.some((item) => isSame(item.file, file));
    });
    const room = Math.max(0, maxCount - this.items.length - this.list.querySelectorAll('[name="upload_ids"][type=checkbox]:checked').length);
    if (fits.length > room) complaints.push(fill(this.root.dataset.tooMany, { count: maxCount }));
    for (const file of fits.slice(0, room)) {
      const item = new Item({ owner: this.owner, place: this.name, file, name: file.name });
      item.keep();
      this.#show(item);
      item.start();
    }
    this.error.textContent = complaints.join(" ");
    this.error.hidden = !complaints.length;
  }

  /** After a swap: the server gives back, as check boxes, what it has; ours are the better chips. */
  #adopt() {
    for (const item of this.items) {
      const id = item.sending?.id;
      const given = id && this.list.querySelector(`[name="upload_ids"][value="${CSS.escape(id)}"]`)?.closest("li");
      given?.remove();
      this.#show(item);
      if (id && !given) item.sending.check();
    }
  }

  async #restore() {
    for (const row of await store.left(this.owner, this.name)) {
      const item = new Item(row);
      this.#show(item);
      item.start();
    }
  }

  #show(item) {
    if (!this.items.includes(item)) chosen.set(this.name, [...this.items, item]);
    const chip = new Chip(this.root, item, () => {
      chip.element.remove();
      this.#remove(item);
    });
    item.element = chip.element;
    item.show = () => { chip.show(); this.#look(); };
    this.list.append(chip.element);
    chip.show();
  }

  #remove(item) {
    item.remove();
    chosen.set(this.name, this.items.filter((other) => other !== item));
    this.root.querySelector("[type=file]").focus();
    this.#look();
  }

  /** What a step of one file means for a form that waits: it goes, it goes on waiting, or it can't go. */
  #look() {
    const note = this.form.querySelector("[data-files-waiting-note]");
    if (!waiting.has(this.form)) return;
    const left = this.items.filter((item) => !item.isSettled);
    if (note) note.querySelector("[data-files-left]").textContent = left.map((item) => item.name).join(", ");
    if (left.length) return;
    const submitter = waiting.get(this.form);
    this.stopWaiting();
    if (!this.#refuse()) this.form.requestSubmit(submitter?.isConnected ? submitter : undefined);
  }

  /** Says which files could not be sent; true when there are any. */
  #refuse() {
    const failed = this.items.filter((item) => item.state === "failed");
    this.error.textContent = failed.length ? fill(this.root.dataset.notSent, { names: failed.map((item) => `«${item.name}»`).join(", ") }) : "";
    this.error.hidden = !failed.length;
    if (failed.length) this.error.scrollIntoView({ block: "nearest" });
    return failed.length > 0;
  }

  /** Somebody else looks after these now: their chips go, the server keeps what it has. */
  letGo(items) {
    for (const item of items) {
      item.isGone = true;
      item.element.remove();
      store.forget(item.key);
    }
    chosen.set(this.name, this.items.filter((item) => !items.includes(item)));
  }

  /** True when the form must not go now; the page says why. */
  holdsBack(submitter) {
    for (const item of this.items) if (item.state === "paused") item.sending.go();
    if (this.items.every((item) => item.isSettled)) return this.#refuse();
    if (!waiting.has(this.form)) this.#wait(submitter);
    return true;
  }

  #wait(submitter) {
    waiting.set(this.form, submitter);
    const note = this.root.querySelector("[data-files-waiting]").content.firstElementChild.cloneNode(true);
    note.querySelector("[data-files-wait-no]").addEventListener("click", () => this.stopWaiting());
    (this.form.querySelector("[data-send-place]") ?? this.root).append(note);
    this.#look();
    note.scrollIntoView({ block: "nearest" });
  }

  stopWaiting() {
    waiting.delete(this.form);
    this.form.querySelector("[data-files-waiting-note]")?.remove();
  }
}

const isSame = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

function holdBack(event) {
  if (!navigator.onLine && event.target.matches("[data-composer]")) return;      // the outbox takes it as it is
  if (!pickers.get(event.target)?.holdsBack(event.submitter)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

window.addEventListener("submit", holdBack, { capture: true });     // before htmx and before every other listener
