/**
 * Serial numbers as chips (S25): typed one by one, or pasted as «123;456;789», a column or a list with commas. The text
 * field stays and holds the one being typed; the form gets them all in it, joined by «; ».
 *
 * Root: [data-chips] around a text field. What the server knows of the numbers is shown beside them.
 */

import { hold } from "./fields.js";

const PARTS = /[;,\n\r\t]+/;
const PAUSE_MS = 300;

export function start(root) {
  new Chips(root);
}

class Chips {
  #timer = 0;

  constructor(root) {
    this.root = root;
    this.field = root.querySelector("input");
    this.list = root.querySelector("[data-chips-list]");
    this.serials = [];
    hold(this.field, { read: () => this.all.join("; "), write: (text) => { this.serials = []; this.field.value = ""; this.add(text.split(PARTS), { isQuiet: true }); } });
    this.field.addEventListener("input", (event) => this.#typed(event));
    this.field.addEventListener("paste", (event) => this.#paste(event));
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("change", () => this.#take());
    this.list.addEventListener("keydown", (event) => this.#walk(event));
    this.list.addEventListener("click", ({ target }) => this.#remove(target.closest("li"), Boolean(target.closest("button"))));
    this.field.form.addEventListener("formdata", ({ formData }) => formData.set(this.field.name, this.all.join("; ")));
    this.#take({ isQuiet: true });
  }

  /** All numbers, the one in the field too. */
  get all() {
    const rest = this.field.value.split(PARTS).map((part) => part.trim()).filter(Boolean);
    return [...this.serials, ...rest.filter((serial) => !this.#has(serial))];
  }

  add(parts, { isQuiet = false } = {}) {
    const fresh = parts.map((part) => part.replace(/\s+/g, " ").trim()).filter((part) => part);
    const added = fresh.filter((serial) => { const isNew = !this.#has(serial); if (isNew) this.serials.push(serial); return isNew; });
    this.#show();
    if (isQuiet) return;
    if (added.length) this.#say("added", added.join(", "));
    this.field.dispatchEvent(new Event("input", { bubbles: true }));     // a draft is kept by it
  }

  #has(serial) {
    return this.serials.some((known) => known.toLowerCase() === serial.toLowerCase());
  }

  #typed({ inputType }) {
    const isChosen = (!inputType || inputType === "insertReplacementText") && this.#isOffered(this.field.value);
    if (isChosen) return this.#take();
    if (!PARTS.test(this.field.value)) return this.#ask();
    const parts = this.field.value.split(PARTS);
    this.field.value = parts.pop().trimStart();
    return this.add(parts);
  }

  #isOffered(value) {
    return Boolean(value) && [...(this.field.list?.options ?? [])].some((option) => option.value === value);
  }

  /** A one-line field would drop the breaks of a pasted column. */
  #paste(event) {
    const text = event.clipboardData.getData("text/plain");
    if (!PARTS.test(text.trim())) return;
    event.preventDefault();
    const [first, ...rest] = text.split(PARTS);
    const begun = this.field.value;
    this.field.value = "";
    this.add([begun + first, ...rest]);
  }

  #key(event) {
    if (event.key === "Enter" && this.field.value.trim()) {
      event.preventDefault();
      this.#take();
    }
    if (event.key === "Backspace" && !this.field.value && this.serials.length) {
      event.preventDefault();
      this.list.lastElementChild.querySelector("button").focus();
    }
  }

  #walk(event) {
    const item = event.target.closest("li");
    if (!item) return;
    if (event.key === "Backspace" || event.key === "Delete") {
      event.preventDefault();
      this.#remove(item, true);
    }
    const next = { ArrowLeft: item.previousElementSibling, ArrowRight: item.nextElementSibling ?? this.field }[event.key];
    if (next) (next.querySelector?.("button") ?? next).focus();
  }

  #remove(item, isMeant) {
    if (!item || !isMeant) return;
    const { serial } = item.dataset;
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    this.serials = this.serials.filter((known) => known !== serial);
    item.remove();
    this.list.hidden = !this.serials.length;
    (neighbour?.querySelector("button") ?? this.field).focus();
    this.#say("removed", serial);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #take({ isQuiet = false } = {}) {
    const text = this.field.value;
    if (!text.trim()) return;
    this.field.value = "";
    this.add(text.split(PARTS), { isQuiet });
  }

  #show() {
    const template = this.root.querySelector("[data-chip-template]").content.firstElementChild;
    const shown = new Map([...this.list.children].map((item) => [item.dataset.serial, item]));
    this.list.replaceChildren(...this.serials.map((serial) => shown.get(serial) ?? this.#chip(template.cloneNode(true), serial)));
    this.list.hidden = !this.serials.length;
    this.#ask();
  }

  #chip(item, serial) {
    item.dataset.serial = serial;
    item.querySelector(".serial-chip__number").textContent = serial;
    item.querySelector("button").setAttribute("aria-label", this.#words("remove", serial));
    return item;
  }

  /** Asks the server what it knows of the numbers: the device beside its chip, an open ticket below them. */
  #ask() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const asked = this.all.join(";");
      const notes = this.root.querySelector("[data-chips-notes]");
      if (!asked) return notes.replaceChildren();
      const answer = await fetch(`/tickets/new/serials?${new URLSearchParams({ serial_numbers: asked })}`, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok || asked !== this.all.join(";")) return undefined;
      return this.#tell(new DOMParser().parseFromString(await answer.text(), "text/html"), notes);
    }, PAUSE_MS);
  }

  #tell(page, notes) {
    const known = new Map([...page.querySelectorAll("[data-serial]")].map((line) => [line.dataset.serial, line.textContent.trim()]));
    for (const item of this.list.children) item.querySelector(".serial-chip__note").textContent = known.get(item.dataset.serial.toLowerCase()) ?? "";
    const warning = page.querySelector("[data-warning]");
    if (warning?.textContent !== notes.textContent) notes.replaceChildren(...(warning ? [warning] : []));
  }

  #say(name, serial) {
    this.root.querySelector("[data-chips-status]").textContent = this.#words(name, serial);
  }

  #words(name, serial) {
    return this.root.getAttribute(`data-text-${name}`).replace("{serial}", serial);
  }
}
