/**
 * The rich editor (S28). A text field with data-editor stays the plain field that it is until a tool is used, a picture
 * pasted or formatted text comes back from a draft: only then is the editor loaded and put in its place.
 *
 * Root: textarea[data-editor] (its value is "html" when the field holds HTML), its tools [data-editor-tools=ID] beside
 * it. The field goes on being what is sent, as NAME with NAME_format=html. To other scripts its `value` is the plain
 * text to read and write, and `focus()` leads to the text; js/fields.js gives a draft the whole.
 */

import { isPictures, picturesOf } from "./editor-pictures.js";
import { fromPlain } from "./editor-tidy.js";
import { hold } from "./fields.js";
import { Tools } from "./editor-tools.js";

const { get: rawOf, set: setRaw } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
const CODE_LINES = 4;
const CODE = /^\s*(?:[!#{}]|interface |vlan |hostname |ip |switchport|spanning-tree|\w{3} +\d+ \d\d:\d\d|\d{4}-\d\d-\d\d|\[?\d\d:\d\d:\d\d|%[A-Z]|\S+[>#]\s?\S| {1,8}\S)/;

export function start(field) {
  new Editor(field);
}

class Editor {
  #loading = null;

  constructor(field) {
    this.field = field;
    this.form = field.form;
    this.rich = null;
    this.mode = "plain";        // rich: the editor is seen · source: the field is, with the HTML in it
    this.tools = new Tools(field, { use: (tool, value) => this.use(tool, value), linked: () => this.rich?.linked ?? "" });
    hold(field, { read: () => rawOf.call(field), write: (value) => this.#load(value) });
    this.#listen();
    if (field.dataset.editor === "html") this.#load(rawOf.call(field));
  }

  /** What a tool's button does, in whatever mode. */
  async use(tool, value) {
    if (tool === "picture") return this.#choosePicture();
    if (!(await this.#enrich())) return undefined;
    if (tool === "source") return this.#showSource(this.mode !== "source");
    if (this.mode === "source") return undefined;
    this.rich.do(tool, value);
    return this.#changed();
  }

  #listen() {
    const { field, form } = this;
    field.addEventListener("focus", () => this.#module().catch(() => {}), { once: true });       // at hand when a tool is used
    field.addEventListener("input", () => this.tools.note(""));
    for (const name of ["paste", "drop"]) field.addEventListener(name, (event) => this.#take(event));
    field.addEventListener("paste", (event) => this.#look(event));
    field.addEventListener("keydown", (event) => this.#shortcut(event));
    form?.addEventListener("formdata", ({ formData }) => this.#join(formData));
    form?.addEventListener("reset", () => this.#load(field.defaultValue));
  }

  /** Keys that mean formatting, pressed in the plain field. */
  #shortcut(event) {
    const tool = { KeyB: "bold", KeyI: "italic", KeyU: "underline", KeyK: "link" }[event.code];
    if (!tool || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || this.mode === "source") return;
    event.preventDefault();
    if (tool === "link") this.tools.askLink();
    else this.use(tool);
  }

  #module() {
    this.#loading ??= Promise.all([import("./editor-rich.js"), import("./editor-pictures.js")]).catch((error) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  /** Puts the editor in the field's place. False when it can't be loaded; the text stays plain then. */
  async #enrich() {
    if (this.rich) return true;
    try {
      const [{ Rich }, { Pictures }] = await this.#module();
      if (!this.rich) this.#open(Rich, Pictures);
      return true;
    } catch (error) {
      console.warn("editor", error);
      this.tools.note("broken");
      return false;
    }
  }

  #open(Rich, Pictures) {
    const { field } = this;
    const [text, from, to] = [rawOf.call(field), field.selectionStart, field.selectionEnd];
    const isHtml = field.dataset.editor === "html";
    const hadFocus = document.activeElement === field;
    this.rich = new Rich(field, this.#name(), () => this.#changed());
    this.pictures ??= new Pictures(this.form, { changed: () => this.#changed(), say: (name, isShown) => this.tools.say(name, isShown) });
    this.PicturesOf = Pictures.idsIn;
    this.rich.html = isHtml ? text : fromPlain(text);
    if (!isHtml) this.rich.select(text, from, to);
    this.#wire(this.rich.root);
    this.#show("rich");
    if (hadFocus) this.rich.focus();
    this.#adapt();
    this.#changed({ isQuiet: true });
  }

  #wire(root) {
    for (const name of ["paste", "drop"]) root.addEventListener(name, (event) => this.#take(event), { capture: true });
    root.addEventListener("error", ({ target }) => {     // an old draft's picture, which the server has swept away
      if (!target.matches("img:not([data-pending])")) return;
      target.remove();
      this.#changed();
    }, { capture: true });
    root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.preventDefault();     // sends the form
      if (event.code === "KeyK" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.tools.askLink(); }
    });
    this.rich.squire.addEventListener("pathChange", () => this.tools.show(this.rich.states));
    this.rich.squire.addEventListener("select", () => this.tools.show(this.rich.states));
    this.rich.squire.addEventListener("cursor", () => this.tools.show(this.rich.states));
  }

  /** The field as other scripts know it. */
  #adapt() {
    Object.defineProperty(this.field, "value", {
      configurable: true,
      get: () => (this.mode === "rich" ? this.rich.text.trim() && this.rich.text : rawOf.call(this.field)),
      set: (text) => {
        if (this.mode !== "rich") return setRaw.call(this.field, text);
        this.rich.text = text;
        return this.#changed({ isQuiet: true });      // who writes tells of it himself
      },
    });
    this.field.focus = (how) => (this.mode === "rich" ? this.rich.focus() : HTMLElement.prototype.focus.call(this.field, how));
  }

  #show(mode) {
    this.mode = mode;
    this.field.dataset.editor = "html";
    this.field.hidden = mode === "rich";
    this.field.classList.toggle("editor-source", mode === "source");
    this.rich.root.hidden = mode !== "rich";
    this.tools.lock(mode === "source");
    const label = this.form?.querySelector(`label[for="${this.field.id}"], label[data-for="${this.field.id}"]`);
    if (!label) return;
    label.dataset.for = this.field.id;
    if (mode === "rich") label.removeAttribute("for");
    else label.htmlFor = this.field.id;
    label.onclick = mode === "rich" ? () => this.rich.focus() : null;
  }

  #showSource(isOn) {
    if (isOn) {
      setRaw.call(this.field, this.rich.html);
      this.#show("source");
      this.field.focus();
      this.field.setSelectionRange(0, 0);
      return;
    }
    this.rich.html = rawOf.call(this.field);
    this.rich.toEnd();
    this.#show("rich");
    this.rich.focus();
    this.#changed();
  }

  /** Takes what a draft or a refused form kept; "" and plain text take the editor away again. */
  async #load(value) {
    setRaw.call(this.field, value);
    if (value && this.field.dataset.editor === "html") {
      if (!(await this.#enrich())) return;
      this.rich.html = value;
      this.#show("rich");
      this.#changed({ isQuiet: true });
    } else if (this.rich) this.#close(value);
  }

  #close(value) {
    this.#show("source");
    this.field.classList.remove("editor-source");
    this.field.dataset.editor = "";
    this.mode = "plain";
    this.rich.destroy();
    this.rich = null;
    delete this.field.value;
    delete this.field.focus;
    setRaw.call(this.field, value);
    this.tools.show({});
  }

  #changed({ isQuiet = false } = {}) {
    if (this.mode !== "rich") return;
    setRaw.call(this.field, this.rich.html);
    this.tools.show(this.rich.states);
    if (!isQuiet) this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** What goes with the form: that the field holds HTML, and the pictures in it. */
  #join(data) {
    if (this.mode === "plain") return;
    if (this.mode === "rich") data.set(this.field.name, this.rich.html);
    data.set(`${this.field.name}_format`, "html");
    for (const id of this.PicturesOf(this.rich.root)) if (!data.getAll("upload_ids").includes(id)) data.append("upload_ids", id);
  }

  async #take(event) {
    const transfer = event.clipboardData ?? event.dataTransfer;
    if (this.mode === "source" || !isPictures(transfer)) return;
    event.preventDefault();
    event.stopPropagation();
    await this.#place(picturesOf(transfer));
  }

  async #place(files) {
    if (!files.length || !(await this.#enrich())) return;
    this.pictures.place(this.rich, files);
    this.#changed();
  }

  #choosePicture() {
    if (this.mode === "source") return;
    const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp", multiple: true });
    input.addEventListener("change", () => this.#place([...input.files]));
    input.click();
  }

  /** A configuration pasted as plain text: offer to set it as code. */
  #look(event) {
    const text = (event.clipboardData?.getData("text/plain") ?? "").trimEnd();
    const lines = text.split("\n").filter((line) => line.trim());
    if (this.mode !== "plain" || lines.length < CODE_LINES || lines.filter((line) => CODE.test(line)).length < lines.length / 2) return;
    const from = this.field.selectionStart;
    setTimeout(() => this.tools.note("looks-like-code", async () => {
      this.field.setSelectionRange(from, from + text.replace(/\r\n?/g, "\n").length);
      await this.use("code");
    }));
  }

  #name() {
    const label = this.form?.querySelector(`label[for="${this.field.id}"]`);
    return (label?.textContent ?? this.field.getAttribute("aria-label") ?? "").replace("*", "").trim();
  }
}
