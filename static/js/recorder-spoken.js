/** What is heard while somebody speaks, on the screen at once: each stretch between two pauses, one after the other. */

import { Stretch, isWorthIt } from "./recorder-stream.js";

/** Event: "change". Without a `part` of the page for it nothing is sent and nothing shown. */
export class Spoken extends EventTarget {
  #stretches = [];
  #isLater = false;         // what is said now will be read after the recording
  #hasTold = false;
  #isOn = false;
  #home = new AbortController();

  constructor(part, stream, { say, signs }) {
    super();
    Object.assign(this, { part, stream, say, signs });
    const { signal } = this.#home;
    window.addEventListener("online", () => { if (this.#isOn && this.#mustWait) this.resume(); }, { signal });
    this.resume();
  }

  get text() {
    return this.#stretches.map(({ words }) => `${words.text} ${words.partial}`.trim()).filter(Boolean).join(" ");
  }

  get language() {
    return this.#stretches.at(-1)?.words.language ?? "";
  }

  resume() {
    if (!this.part) return;
    this.#isOn = true;
    this.#isLater = !isWorthIt();
    if (!this.#isLater) this.#begin();
    this.#show();
  }

  /** What was said until now is heard to its end. */
  pause() {
    this.#isOn = false;
    this.#stretches.at(-1)?.stop();
  }

  end() {
    this.pause();
    this.#home.abort();
  }

  /** True while what is said is read only after the recording. */
  get #mustWait() {
    return this.#isLater || this.#stretches.at(-1)?.state === "later";
  }

  #begin() {
    const stretch = new Stretch(this.stream);
    stretch.addEventListener("change", () => this.#show());
    this.#stretches.push(stretch);
  }

  #show() {
    const stretch = this.#stretches.at(-1);
    const partial = stretch?.words.partial ?? "";
    const sure = this.text.slice(0, this.text.length - partial.length);
    if (this.text && this.language) this.#shown("heard").lang = this.language;
    this.#shown("sure").textContent = sure;
    this.#shown("partial").textContent = partial;
    const told = this.#mustWait ? "later" : "listening";
    this.#shown("told").textContent = this.text && !this.#mustWait ? "" : this.say(`words-${told}`);
    if (this.text && !this.#hasTold) this.signs.announce(this.say("announce-hearing"));
    this.#hasTold ||= Boolean(this.text);
    this.dispatchEvent(new Event("change"));
  }

  #shown(name) {
    return this.part.querySelector(`[data-words-${name}]`);
  }
}
