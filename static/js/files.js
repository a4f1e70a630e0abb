/**
 * Chosen files as chips: added in several goes, pasted, dropped, taken away one by one; what is too large is left out
 * before it costs an hour of a weak link (D8). The field itself carries them, so that a plain submit sends the same.
 */

const chosen = new Map();       // draft name -> File[]: a swap of the form by another move keeps them
const KIB = 1024;

export function keepFiles(form) {
  const root = form.querySelector("[data-files]");
  if (form.querySelector('[name="upload_ids"]')) chosen.delete(form.dataset.draft);      // the server has them now
  const picker = new Picker(root, form.dataset.draft);
  picker.show(chosen.get(form.dataset.draft) ?? []);
  form.addEventListener("paste", (event) => picker.take(event, event.clipboardData));
  form.addEventListener("drop", (event) => picker.take(event, event.dataTransfer));
  form.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
    form.classList.toggle("is-dropping", event.dataTransfer.types.includes("Files"));
  });
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("is-dropping"));
}

export function forgetFiles(form) {
  chosen.delete(form.dataset.draft);
}

class Picker {
  constructor(root, name) {
    this.root = root;
    this.name = name;
    this.input = root.querySelector("[type=file]");
    this.list = root.querySelector("[data-files-list]");
    this.error = root.querySelector("[data-files-error]");
    this.files = [];
    this.input.addEventListener("change", () => this.add([...this.input.files]));
  }

  take(event, transfer) {
    if (!transfer?.files.length) return;
    event.preventDefault();
    this.add([...transfer.files]);
  }

  add(files) {
    const { maxMib, maxCount } = this.root.dataset;
    const kept = this.list.querySelectorAll('[name="upload_ids"]:checked').length;
    const complaints = [];
    const fits = files.filter((file) => {
      const fault = !file.size ? "empty" : file.size > maxMib * KIB * KIB ? "tooBig" : "";
      if (fault) complaints.push(this.#words(fault, { name: file.name, mib: maxMib }));
      return !fault;
    });
    const all = [...this.files, ...fits.filter((file) => !this.files.some((known) => isSame(known, file)))];
    if (all.length + kept > maxCount) complaints.push(this.#words("tooMany", { count: maxCount }));
    this.show(all.slice(0, maxCount - kept));
    this.error.textContent = complaints.join(" ");
    this.error.hidden = !complaints.length;
  }

  show(files) {
    this.files = files;
    chosen.set(this.name, files);
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    this.input.files = transfer.files;
    for (const chip of this.list.querySelectorAll("[data-chip]")) chip.remove();
    this.list.append(...files.map((file) => this.#chip(file)));
  }

  #chip(file) {
    const chip = this.root.querySelector("template").content.firstElementChild.cloneNode(true);
    chip.querySelector(".file-chip__name").textContent = file.name;
    chip.querySelector(".file-chip__size").textContent = sizeText(file.size, this.root.dataset.units.split("|"));
    const remove = chip.querySelector("button");
    remove.setAttribute("aria-label", this.#words("remove", { name: file.name }));
    remove.addEventListener("click", () => {
      this.show(this.files.filter((other) => other !== file));
      this.input.focus();
    });
    return chip;
  }

  #words(key, values) {
    return this.root.dataset[key].replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  }
}

const isSame = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

/** 1536 -> "1,5 КиБ" in the page's language. */
function sizeText(bytes, units) {
  const power = bytes < KIB ? 0 : bytes < KIB * KIB ? 1 : 2;
  const number = (bytes / KIB ** power).toLocaleString(document.documentElement.lang, { maximumFractionDigits: power ? 1 : 0 });
  return `${number} ${units[power]}`;
}
