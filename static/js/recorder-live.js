/** The recorder while it records: the clock, the level, pause, the limit, and what the microphone and the page do meanwhile. */

import { Awake } from "./recorder-awake.js";
import { Meter } from "./recorder-meter.js";
import { phone } from "./recorder-refusal.js";
import { Spoken } from "./recorder-spoken.js";
import { keepAsItComes } from "./recorder-store.js";
import { Take } from "./recorder-take.js";
import { clock } from "./recorder-words.js";

const TICK_MS = 200;
const SOON_SECONDS = 30;        // how long before the limit it is announced
const QUIET_SECONDS = 4;        // how long a silent microphone goes unnoticed
const JUST_BEGUN_SECONDS = 1;   // some microphones come muted and wake up by then
const READING_MS = 6000;

/**
 * Events: "switch" (detail: recording | paused), "end" (detail: the take's facts, its `blob`, `spoken`, what was heard of it
 * meanwhile, and `why` it ended: limit | cut | ""), "lost" (the root is no longer in the page).
 */
export class Live extends EventTarget {
  #take = null;
  #meter = null;
  #spoken = null;
  #timer = 0;
  #awake = new Awake();

  constructor(root, say, signs) {
    super();
    Object.assign(this, { root, say, signs, maxSeconds: Number(root.dataset.maxSeconds) });
    this.#part("pause").addEventListener("click", () => this.#turn());
    this.#part("stop").addEventListener("click", () => this.stop());
  }

  get isOn() {
    return this.#take !== null;
  }

  get seconds() {
    return this.#take?.seconds ?? 0;
  }

  /** Records from `stream` for the form {owner, place}. Returns the take. */
  begin(stream, form) {
    const take = new Take(stream, form);
    keepAsItComes(take);
    take.addEventListener("end", ({ detail }) => this.#end(detail));
    take.addEventListener("mute", () => this.#silenced());
    take.addEventListener("unmute", () => this.#unsilenced());
    this.#take = take;
    this.#meter = new Meter(this.#part("meter"), stream, () => !take.isPaused);
    this.#spoken = new Spoken(this.#part("words"), stream, this);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
    this.#awake.stay();
    this.#switch("recording");
    this.signs.hint(take.isMuted ? "muted" : "");
    document.title = `● ${document.title}`;
    this.#part("stop").focus({ preventScroll: true });
    return take;
  }

  /** Ends the recording; resolves after "end". */
  async stop() {
    await this.#take?.stop();
  }

  /** The press that may have woken the browser's sound: see Meter. */
  wake() {
    this.#meter?.wake();
  }

  /** A hidden page records on (a phone may cut its microphone: "mute" tells). Who comes back reads that it did. */
  seen() {
    if (document.hidden && this.isOn) {
      this.#take.flush();
      if (!this.#take.isPaused) this.signs.hint("background");
      return;
    }
    this.wake();
    if (this.isOn) this.#awake.stay();
    setTimeout(() => this.signs.unhint("background"), READING_MS);
  }

  #part(name) {
    return this.root.querySelector(`[data-recorder-${name}]`);
  }

  /**
   * The system has taken the microphone. What a phone gives back after a call or a locked screen looks alive and may be
   * deaf: there the recording ends, with all it has, and a new one asks for a new microphone. Elsewhere it waits.
   */
  #silenced() {
    const hasBegun = this.seconds > JUST_BEGUN_SECONDS;
    if (hasBegun && (document.hidden || phone())) {
      this.#take.stop("cut");
      return;
    }
    if (hasBegun && !this.#take.isPaused) this.#turn();
    this.signs.hint("muted");
  }

  #unsilenced() {
    if (this.signs.hinted === "muted") this.signs.hint(this.#take.isPaused ? "unmuted" : "");
  }

  #turn() {
    this.wake();
    this.signs.unhint("unmuted");
    const wasPaused = this.#take.isPaused;
    if (wasPaused) this.#take.resume();
    else this.#take.pause();
    if (wasPaused) this.#spoken.resume();
    else this.#spoken.pause();
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
    return rest > 0 ? undefined : this.#take.stop("limit");
  }

  #warn(rest) {
    const isEnding = String(rest <= SOON_SECONDS && this.maxSeconds > SOON_SECONDS);
    if (this.root.dataset.ending === isEnding) return;
    this.root.dataset.ending = isEnding;
    if (isEnding === "true") this.signs.announce(this.say("soon", { time: clock(Math.ceil(rest)) }));
  }

  #listen(seconds) {
    if (this.#meter.hasHeard) this.signs.unhint("quiet");
    else if (seconds >= QUIET_SECONDS && this.signs.hinted !== "muted") this.signs.hint("quiet");
  }

  #end(take) {
    clearInterval(this.#timer);
    this.#part("elapsed").textContent = clock(0);  // the next recording must not begin with this one's time
    this.#meter.stop();
    this.#spoken.end();
    this.#awake.end();
    this.#take = null;
    document.title = document.title.replace(/^● /, "");
    this.dispatchEvent(new CustomEvent("end", { detail: { ...take, spoken: this.#spoken } }));
  }
}
