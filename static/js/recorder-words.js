/** What the recorder says, all of it written in the page by the server, and how it shows its states. */

/** Returns say(name, values): the text of `root`'s attribute data-text-NAME with {value} filled in. */
export function wordsOf(root) {
  return (name, values = {}) =>
    (root.getAttribute(`data-text-${name}`) ?? "").replace(/\{(\w+)\}/g, (_whole, key) => values[key] ?? "");
}

/** Shows the parts of `element` whose `attribute` (a list of states) has `state`, hides its others. */
export function showParts(element, attribute, state) {
  for (const part of element.querySelectorAll(`[${attribute}]`)) {
    part.hidden = !part.getAttribute(attribute).split(" ").includes(state);
  }
}

/** 67 seconds are "1:07". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The lines of a recorder that change: a hint while it records, a problem, and what a screen reader is told. */
export class Signs {
  constructor(root, say) {
    Object.assign(this, { root, say });
  }

  /** The name of the hint shown now, "" when there is none. */
  get hinted() {
    return this.#part("hint").dataset.hint;
  }

  get problem() {
    return this.#part("problem").dataset.problem;
  }

  /** Shows the hint `name` (data-text-hint-NAME, {value} filled in), or none. */
  hint(name, values) {
    if (this.hinted === name && !values) return;
    const line = this.#part("hint");
    line.dataset.hint = name;
    line.textContent = name ? this.say(`hint-${name}`, values) : "";
    line.hidden = !name;
  }

  /** Takes the hint away if it is this one. */
  unhint(name) {
    if (this.hinted === name) this.hint("");
  }

  /** Shows the problem `name` (data-text-problem-NAME), or none. The part has role="alert". */
  complain(name) {
    this.#part("problem-text").textContent = name ? this.say(`problem-${name}`) : "";
    this.#part("problem").dataset.problem = name;
    this.#part("problem").hidden = !name;
  }

  /** Speaks `words` to a screen reader when it has finished its sentence. */
  announce(words) {
    this.#part("announcer").textContent = words;
  }

  #part(name) {
    return this.root.querySelector(`[data-recorder-${name}]`);
  }
}
