/** The row of tools of one text field: one stop of the Tab key, arrows within (WAI-ARIA toolbar), what is on is pressed. */

export class Tools {
  /** `use(tool, value)` is called for each; `linked()` tells the address of the link at the caret. */
  constructor(field, { use, linked }) {
    Object.assign(this, { field, use, linked });
    const scope = field.form ?? document;
    this.row = scope.querySelector(`[data-editor-tools="${field.id}"]`);
    this.link = scope.querySelector(`[data-editor-link="${field.id}"]`);
    this.line = scope.querySelector(`[data-editor-note="${field.id}"]`);
    this.all = [...this.row.querySelectorAll("[data-tool]")];
    this.all[0].tabIndex = 0;
    this.row.addEventListener("click", ({ target }) => this.#press(target.closest("button[data-tool]")));
    this.row.addEventListener("change", ({ target }) => { if (target.matches("select")) use("size", target.value); });
    this.row.addEventListener("keydown", (event) => this.#walk(event));
    this.row.addEventListener("focusin", ({ target }) => this.#stop(target));
    this.row.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); });    // the caret stays in the text
    this.#wireLink();
    this.row.dataset.ready = "";
  }

  /** Shows which tools are on. */
  show(states) {
    for (const tool of this.all) {
      if (tool.matches("select")) tool.value = states.size ?? "";
      else if (tool.hasAttribute("aria-pressed") && tool.dataset.tool !== "source") tool.setAttribute("aria-pressed", String(Boolean(states[tool.dataset.tool])));
    }
  }

  /** While the source is shown, only the way back works. */
  lock(isLocked) {
    for (const tool of this.all) {
      if (tool.dataset.tool === "source") tool.setAttribute("aria-pressed", String(isLocked));
      else tool.disabled = isLocked;
    }
    if (isLocked) this.#stop(this.all.at(-1));
  }

  /** The row's words for `name`; shows them under the row when told to. */
  say(name, isShown = false) {
    const words = this.row.getAttribute(`data-text-${name}`) ?? "";
    if (isShown) this.line.textContent = words;
    return words;
  }

  /** Shows a line under the row, with a button when there is something to do; "" takes it away. */
  note(name, act = null) {
    if (!name && !this.line.firstChild) return;
    this.line.textContent = name ? this.say(name) : "";
    if (!act) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--plain button--small", textContent: this.say("as-code") });
    button.addEventListener("click", () => { this.line.textContent = ""; act(); });
    this.line.append(" ", button);
  }

  askLink() {
    const isOpen = !this.link.hidden;
    this.link.hidden = isOpen;
    if (isOpen) return this.field.focus();
    this.input.value = this.linked();
    return this.input.focus();
  }

  #press(tool) {
    if (!tool) return;
    if (tool.dataset.tool === "link") this.askLink();
    else this.use(tool.dataset.tool);
  }

  #wireLink() {
    this.input = this.link.querySelector("input");
    const set = (address) => {
      this.link.hidden = true;
      this.use("link", address && !/^[a-z][a-z0-9+.-]*:/i.test(address) ? `https://${address}` : address);
    };
    this.input.addEventListener("input", (event) => event.stopPropagation());      // no part of the draft
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); set(this.input.value.trim()); }
      if (event.key === "Escape") { event.stopPropagation(); this.link.hidden = true; this.field.focus(); }
    });
    this.link.querySelector("[data-link-set]").addEventListener("click", () => set(this.input.value.trim()));
    this.link.querySelector("[data-link-drop]").addEventListener("click", () => set(""));
  }

  #walk(event) {
    const free = this.all.filter((tool) => !tool.disabled);
    const at = free.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: free.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    free[(to + free.length) % free.length].focus();
  }

  #stop(tool) {
    if (!this.all.includes(tool)) return;
    for (const one of this.all) one.tabIndex = one === tool ? 0 : -1;
    tool.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }
}
