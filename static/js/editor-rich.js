/** The formatted text itself: Squire (docs/adr/0004-editor.md) in the place of a text field, and what each tool does. */

import Squire from "../vendor/squire.js";
import { fromPlain, serialize, tidy } from "./editor-tidy.js";

const LARGE = { class: "large" };

export class Rich {
  /** `field`: the text field in whose place it stands; `changed` is called after each change. */
  constructor(field, name, changed) {
    this.root = document.createElement("div");
    this.root.className = `${field.className} prose editor`;
    Object.entries({ role: "textbox", "aria-multiline": "true", "aria-label": name }).forEach(([key, value]) => this.root.setAttribute(key, value));
    if (field.hasAttribute("aria-describedby")) this.root.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
    if (field.getAttribute("aria-invalid")) this.root.setAttribute("aria-invalid", "true");
    if (field.placeholder) this.root.dataset.placeholder = field.placeholder;
    field.after(this.root);
    this.squire = new Squire(this.root, { sanitizeToDOMFragment: tidy, didError: (error) => console.warn("editor", error) });
    this.squire._imageResizer.destroy();        // it writes style attributes, which our policy forbids
    for (const key of ["Tab", "Shift-Tab", "PageUp", "PageDown"]) this.squire.setKeyHandler(key, null);      // Tab leaves the field
    this.squire.addEventListener("input", changed);
  }

  get html() {
    return serialize(this.root);
  }

  set html(html) {
    this.squire.setHTML(html);
  }

  get text() {
    return this.root.innerText.replace(/\u200B/g, "").replace(/\u00A0/g, " ").replace(/\n$/, "");
  }

  /** Sets plain text; what only goes on with what stands here leaves the formatting before it alone. */
  set text(text) {
    const before = this.text.trimEnd();
    const goesOn = before && text.startsWith(before);
    if (!goesOn) this.squire.setHTML(fromPlain(text));
    else if (text.length > before.length) {
      this.squire.moveCursorToEnd();
      this.squire.insertHTML(fromPlain(text.slice(before.length).replace(/^\n/, "")));
    }
    this.squire.moveCursorToEnd();
  }

  focus() {
    this.squire.focus();
  }

  /** Puts the selection where it was in the plain text that it has just been made of. */
  select(text, start, end) {
    const range = document.createRange();
    range.setStart(...this.#place(text, start));
    range.setEnd(...this.#place(text, end));
    this.squire.setSelection(range);
  }

  #place(text, offset) {
    const lines = text.slice(0, offset).split("\n");
    const block = this.root.children[lines.length - 1] ?? this.root.lastElementChild;
    const words = block.firstChild;
    return words?.nodeType === Node.TEXT_NODE ? [words, Math.min(lines.at(-1).length, words.length)] : [block, 0];
  }

  do(tool, value) {
    this[`_${tool}`](value);
  }

  _bold() { this.#toggle("B"); }
  _italic() { this.#toggle("I"); }
  _underline() { this.#toggle("U"); }
  _bullets() { this.#list("UL", "makeUnorderedList"); }
  _numbers() { this.#list("OL", "makeOrderedList"); }
  _code() { this.squire.toggleCode(); }
  _clear() { this.squire.removeAllFormatting(); }

  _size(size) {
    this.squire.changeFormat(null, { tag: "SMALL" }).changeFormat(null, { tag: "SPAN", attributes: LARGE });
    if (size === "small") this.squire.changeFormat({ tag: "SMALL" });
    if (size === "large") this.squire.changeFormat({ tag: "SPAN", attributes: LARGE });
    this.squire.focus();
  }

  _link(address) {
    if (!address) return this.squire.removeLink();
    const range = this.squire.getSelection();
    if (range.collapsed) {
      this.squire.insertHTML(Object.assign(document.createElement("a"), { href: address, textContent: address }).outerHTML);
    } else this.squire.makeLink(address);
    return this.squire.focus();
  }

  /** Moves the caret below a code block: a picture is no line of it. */
  leaveCode() {
    const block = this.#nearest("PRE");
    if (!block) return;
    const line = this.squire.createDefaultBlock();
    block.after(line);
    const range = document.createRange();
    range.setStart(line, 0);
    this.squire.setSelection(range);
  }

  toEnd() {
    this.squire.moveCursorToEnd();
  }

  /** Which tools are on where the caret stands. */
  get states() {
    const has = (tag, attributes) => this.squire.hasFormat(tag, attributes);
    return {
      bold: has("B"), italic: has("I"), underline: has("U"), link: has("A"),
      bullets: this.#within("UL"), numbers: this.#within("OL"), code: this.#within("PRE") || has("CODE"),
      size: has("SMALL") ? "small" : has("SPAN", LARGE) ? "large" : "",
    };
  }

  /** The address of the link at the caret, '' without one. */
  get linked() {
    return this.#nearest("A")?.getAttribute("href") ?? "";
  }

  destroy() {
    this.squire.destroy();
    this.root.remove();
  }

  #toggle(tag) {
    if (this.squire.hasFormat(tag)) this.squire.changeFormat(null, { tag });
    else this.squire.changeFormat({ tag });
    this.squire.focus();
  }

  #list(tag, make) {
    if (this.#within(tag)) this.squire.removeList();
    else this.squire[make]();
  }

  #within(tag) {
    return Boolean(this.#nearest(tag));
  }

  #nearest(tag) {
    const { startContainer } = this.squire.getSelection();
    const element = startContainer.nodeType === Node.ELEMENT_NODE ? startContainer : startContainer.parentElement;
    const found = element?.closest(tag);
    return found && this.root.contains(found) ? found : null;
  }
}
