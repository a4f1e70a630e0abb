/** The recorder while it records: the clock, the level, pause, the limit, and what the microphone and the page do meanwhile. */

import { Meter } from "./recorder-meter.js";
import { keepAsItComes } from "./recorder-store.js";
import { Take } from "./recorder-take.js";
import { clock } from "./recorder-words.js";

const TICK_MS = 200;
const SOON_SECONDS = 30;        // how long before the limit it is announced
const QUIET_SECONDS = 4;        // how long a silent microphone goes unnoticed
const READING_MS = 6000;

/**
 * Events: "switch" (detail: recording | paused), "end" (detail: the take's facts and its `blob`), "lost" (the root is no
 * longer in the page).
 */
export class Live extends EventTarget {
  #take = null;
  #meter = null;
  #timer = 0;

  constructor(root, say, signs) {
    super();
    Object.assign(this, { root, say, signs, maxSeconds: Number(root.dataset.maxSeconds) });
    this.#part("pause").addEventListener("click", () => this.#turn());
    this.#part("stop").addEventListener("click", () => this.stop());
  }

  get isOn() {
    return this.#take !== null;
  }

  /** Records from `stream` for the form {owner, place}. Returns the take. */
  begin(stream, form) {
    const take = new Take(stream, form);
    keepAsItComes(take);
    take.addEventListener("end", ({ detail }) => this.#end(detail));
    take.addEventListener("mute", () => this.signs.hint("muted"));
    take.addEventListener("unmute", () => this.signs.hint(""));
    this.#take = take;
    this.#meter = new Meter(this.#part("meter"), stream, () => !take.isPaused);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
    this.#switch("recording");
    document.title = `● ${document.title}`;
    this.#part("stop").focus({ preventScroll: true });
    return take;
  }

  /** Ends the recording; resolves after "end". */
  async stop() {
    await this.#take?.stop();
  }

  /** A hidden page records on (a phone may cut its microphone: "mute" tells). Who comes back reads that it did. */
  seen() {
    if (document.hidden && this.isOn && !this.#take.isPaused) this.signs.hint("background");
    else setTimeout(() => { if (this.signs.hinted === "background") this.signs.hint(""); }, READING_MS);
  }

  #part(name) {
    return this.root.querySelector(`[data-recorder-${name}]`);
  }

  #turn() {
    const wasPaused = this.#take.isPaused;
    if (wasPaused) this.#take.resume();
    else this.#take.pause();
    this.#switch(wasPaused ? "recording" : "paused");
  }

  #switch(state) {
    this.dispatchEvent(new CustomEvent("switch", { detail: state }));
    this.signs.announce(this.say(`announce-${state}`));
  }

  #tick() {
    if (!this.root.isConnected) return this.dispatchEvent(new Event("lost"));
    const { seconds } = this.#take;
    const rest = this.maxSeconds - seconds;
    this.#part("elapsed").textContent = clock(seconds);
    this.#part("remaining").textContent = this.say("remaining", { time: clock(Math.ceil(rest)) });
    this.#warn(rest);
    this.#listen(seconds);
    if (rest > 0) return undefined;
    this.signs.announce(this.say("limit"));
    return this.stop();
  }

  #warn(rest) {
    const isEnding = String(rest <= SOON_SECONDS && this.maxSeconds > SOON_SECONDS);
    if (this.root.dataset.ending === isEnding) return;
    this.root.dataset.ending = isEnding;
    if (isEnding === "true") this.signs.announce(this.say("soon", { time: clock(Math.ceil(rest)) }));
  }

  #listen(seconds) {
    if (seconds < QUIET_SECONDS || this.signs.hinted === "muted") return;
    if (!this.#meter.hasHeard) this.signs.hint("quiet");
    else if (this.signs.hinted === "quiet") this.signs.hint("");
  }

  #end(take) {
    clearInterval(this.#timer);
    this.#part("elapsed").textContent = clock(0);  // the next recording must not begin with this one's time
    this.#meter.stop();
    this.#take = null;
    document.title = document.title.replace(/^● /, "");
    this.dispatchEvent(new CustomEvent("end", { detail: take }));
  }
}
