/** A chosen file as it is shown: its name, how far it is on its way, and what can be done about it. */

const KIB = 1024;
const MOST_SHOWN = 20 * KIB * KIB;      // a larger picture is not worth unpacking for a chip

/** The key of the words for what is wrong with a file's size, "" when nothing is. */
export function sizeFits(file, maxMib) {
  return !file.size ? "empty" : file.size > maxMib * KIB * KIB ? "tooBig" : "";
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

/** 1536 -> "1,5 КиБ" in the page's language. */
function sizeText(bytes, units) {
  const power = bytes < KIB ? 0 : bytes < KIB * KIB ? 1 : 2;
  const number = (bytes / KIB ** power).toLocaleString(document.documentElement.lang, { maximumFractionDigits: power ? 1 : 0 });
  return `${number} ${units[power]}`;
}

export class Chip {
  #words;
  #last = "";

  constructor(root, item, onRemove) {
    this.item = item;
    this.#words = root.dataset;
    this.said = root.querySelector("[data-files-said]");
    this.element = root.querySelector("[data-files-chip]").content.firstElementChild.cloneNode(true);
    this.#part("name").textContent = item.name;
    this.#part("size").textContent = sizeText(item.file.size, this.#words.units.split("|"));
    this.#button("remove", this.#words.remove, onRemove);
    this.#button("pause", this.#words.pause, () => item.sending.pause());
    this.#button("go", this.#words.resume, () => item.sending.go());
    if (item.file.type.startsWith("image/") && item.file.size < MOST_SHOWN) this.#picture();
  }

  show() {
    const { sending, state } = this.item;
    const percent = Math.floor((100 * (sending?.sent ?? 0)) / this.item.file.size);
    this.element.dataset.state = state;
    const bar = this.element.querySelector("progress");
    bar.hidden = state === "done" || state === "failed";
    bar.value = percent;
    this.#part("state").textContent = this.#text(state, percent);
    this.#hide("pause", state !== "sending" && state !== "queued");
    this.#hide("go", !["paused", "held", "failed"].includes(state));
    this.#field(state === "done" ? sending.id : "");
    if (state !== this.#last && (state === "done" || state === "failed")) this.said.textContent = `${this.item.name}: ${this.#text(state, percent)}`;
    this.#last = state;
  }

  #text(state, percent) {
    if (state === "sending") return `${percent} %`;
    if (state === "failed") return this.item.sending.reason || this.#words.failed;
    if (state === "held") return this.#words[{ network: "heldNetwork", session: "heldSession" }[this.item.sending.reason] ?? "heldServer"];
    return this.#words[state] ?? "";
  }

  /** What the form sends: the id, once the whole file is on the server. */
  #field(id) {
    this.element.querySelector("[name=upload_ids]")?.remove();
    if (!id) return;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "upload_ids", value: id });
    this.element.append(field);
  }

  #picture() {
    const image = document.createElement("img");
    image.className = "file-chip__picture";
    image.alt = "";
    image.onload = image.onerror = () => {
      URL.revokeObjectURL(image.src);
      if (image.naturalWidth) this.element.querySelector(".icon").replaceWith(image);
    };
    image.src = URL.createObjectURL(this.item.file);
  }

  #part(name) {
    return this.element.querySelector(`.file-chip__${name}`);
  }

  #button(name, words, action) {
    const button = this.element.querySelector(`[data-chip-${name}]`);
    button.setAttribute("aria-label", fill(words, { name: this.item.name }));
    button.addEventListener("click", action);
  }

  #hide(name, isHidden) {
    this.element.querySelector(`[data-chip-${name}]`).hidden = isHidden;
  }
}
