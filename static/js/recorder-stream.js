/**
 * One stretch of speech on its way to the server while it is spoken, and the words that come back (blueprints/live_words.py).
 *
 * It has a MediaRecorder of its own, with shorter and smaller pieces than the recording's, so that nothing here can touch
 * that one. Pieces that a slow network keeps waiting go together; too many of them, and the text comes after the recording.
 */

const FORMATS = ["audio/webm;codecs=opus", "audio/mp4;codecs=mp4a.40.2", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_SECOND = 24_000;
const CHUNK_MS = 250;
const LOOK_MS = 400;            // without new sound
const LAST_LOOK_MS = 150;       // when all is said
const RETRY_MS = 1000;
const TRY_MS = 8000;
const MOST_WAITING = 90_000;    // bytes: half a minute
const END_MS = 6000;            // so long after the end the words are still waited for
const LATER = { state: "later" };
const AGAIN = new Set([408, 425, 429]);

/** False where it would cost somebody's money, or can't arrive. */
export function isWorthIt() {
  const { saveData, effectiveType } = navigator.connection ?? {};
  return navigator.onLine && !saveData && !["slow-2g", "2g"].includes(effectiveType);
}

/** Returns the server's answer, LATER when it wants no more, null when it is worth another try. */
async function ask(method, address, body) {
  const headers = { Accept: "application/json" };
  if (method === "POST") headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  if (body) headers["Content-Type"] = "application/octet-stream";
  try {
    const answer = await fetch(address, { method, body, headers, signal: AbortSignal.timeout(TRY_MS), redirect: "manual" });
    if (answer.ok) return await answer.json();
    return answer.status >= 500 || AGAIN.has(answer.status) ? null : LATER;
  } catch {
    return null;
  }
}

/** Event: "change". `words`: {text, partial, language}; `state`: hearing, done (all of it is there), later. */
export class Stretch extends EventTarget {
  state = "hearing";
  words = { text: "", partial: "", language: "" };
  #recorder = null;
  #chunks = [];
  #waiting = 0;           // bytes that the server does not have
  #pending = null;        // {number, body, isLast}: sent again as it is until it is answered
  #number = 0;
  #isLastSent = false;
  #overAt = 0;            // when all was said
  #address = "";
  #wake = () => {};

  constructor(stream) {
    super();
    this.#recorder = recorderOf(stream);
    if (!this.#recorder) {
      this.state = "later";
      return;
    }
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.#add(data));
    this.#recorder.addEventListener("stop", () => this.#end());
    this.#converse();
  }

  /** All is said. */
  stop() {
    if (this.#recorder && this.#recorder.state !== "inactive") this.#recorder.stop();
  }

  #add(blob) {
    if (!blob.size || this.state !== "hearing") return;
    this.#chunks.push(blob);
    this.#waiting += blob.size;
    this.#wake();
  }

  #end() {
    this.#overAt = performance.now();
    this.#wake();
  }

  async #converse() {
    let answer = null;
    while (answer?.state !== "done" && answer?.state !== "later") {
      answer = await this.#turn();
      if (answer) this.#read(answer);
      else if (this.#isHopeless) answer = LATER;
      if (answer?.state === "hearing" && this.#isLate) answer = LATER;
      if (answer?.state !== "done" && answer !== LATER) await this.#news(answer ? this.#lookMs : RETRY_MS, !answer);
    }
    this.#finish(answer);
  }

  /** One question: for a place, with the sound that waits, or for words alone. */
  async #turn() {
    if (!this.#address) {
      const begun = await ask("POST", "/live-words");
      if (begun?.id) this.#address = `/live-words/${begun.id}`;
      return begun;
    }
    this.#pending ??= this.#gather();
    if (!this.#pending) return ask("GET", this.#address);
    const { number, body, isLast } = this.#pending;
    const answer = await ask("POST", `${this.#address}/${number}${isLast ? "?last" : ""}`, body);
    if (answer) {
      this.#waiting -= body.size;
      this.#pending = null;
      this.#isLastSent = isLast;
    }
    return answer;
  }

  #gather() {
    const isLast = this.#overAt > 0;
    if (!this.#chunks.length && (!isLast || this.#isLastSent)) return null;
    this.#number += 1;
    return { number: this.#number, body: new Blob(this.#chunks.splice(0)), isLast };
  }

  get #isHopeless() {
    return !navigator.onLine || this.#waiting > MOST_WAITING || this.#isLate;
  }

  get #isLate() {
    return this.#overAt > 0 && performance.now() - this.#overAt > END_MS;
  }

  get #lookMs() {
    return this.#isLastSent ? LAST_LOOK_MS : LOOK_MS;
  }

  /** Resolves after `ms`, or as soon as there is something to send, unless the last try has failed. */
  #news(ms, hasFailed) {
    if (!hasFailed && (this.#chunks.length || (this.#overAt && !this.#isLastSent))) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (hasFailed) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #read({ text, partial, language }) {
    if (text === undefined || (text === this.words.text && partial === this.words.partial)) return;
    this.words = { text, partial, language };
    this.dispatchEvent(new Event("change"));
  }

  #finish({ state }) {
    this.state = state;
    this.#chunks = [];
    this.stop();
    this.dispatchEvent(new Event("change"));
  }
}

function recorderOf(stream) {
  const mimeType = FORMATS.find((type) => MediaRecorder.isTypeSupported(type));
  try {
    const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
    recorder.start(CHUNK_MS);
    return recorder;
  } catch {       // a browser that writes one recording at a time
    return null;
  }
}
