/** One recording in the making: the microphone, the format that this browser can write, the clock that pauses with it. */

// AAC first: it plays everywhere. Safari may claim WebM and then not play it; Chromium and Firefox write Opus.
const FORMATS = ["audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus", "audio/ogg;codecs=opus", ""];
const BITS_PER_SECOND = 32_000;     // a quarter of a megabyte a minute, and speech loses nothing
const CHUNK_MS = 1000;

/** True when the browser has all that recording needs (it has not on a plain http address). */
export function canRecord() {
  return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
}

/** Asks for the microphone. Throws the browser's DOMException: NotAllowedError, NotFoundError, NotReadableError… */
export function openMicrophone() {
  return navigator.mediaDevices.getUserMedia({ audio: true });
}

function startedRecorder(stream) {
  let refusal;
  for (const mimeType of FORMATS) {
    if (mimeType && !MediaRecorder.isTypeSupported(mimeType)) continue;
    try {
      const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: BITS_PER_SECOND });
      recorder.start(CHUNK_MS);
      return recorder;
    } catch (error) {       // some browsers say yes to a format and refuse it here
      refusal = error;
    }
  }
  throw refusal;
}

/**
 * Records from `stream` at once. Events: "chunk" (detail: {blob, number}), "mute" and "unmute" (the system took the
 * microphone, gave it back), "end" (detail: the facts and the whole `blob`) after `stop()` or when the microphone went away.
 */
export class Take extends EventTarget {
  #chunks = [];
  #runMs = 0;
  #since = performance.now();

  /** `form`: {owner, place}, so that a take which outlives its page finds back to its form. */
  constructor(stream, form) {
    super();
    this.form = form;
    this.clientId = crypto.randomUUID();
    this.recordedAt = Date.now();
    this.stream = stream;
    this.recorder = startedRecorder(stream);
    this.ended = new Promise((resolve) => this.addEventListener("end", (event) => resolve(event.detail), { once: true }));
    this.recorder.addEventListener("dataavailable", (event) => this.#add(event.data));
    this.recorder.addEventListener("stop", () => this.#finish());
    this.recorder.addEventListener("error", () => this.stop());
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => this.stop());
      for (const name of ["mute", "unmute"]) track.addEventListener(name, () => this.dispatchEvent(new Event(name)));
    }
  }

  get type() {
    return this.recorder.mimeType || this.#chunks[0]?.type || "";
  }

  /** What is kept beside the sound. */
  get facts() {
    return { ...this.form, clientId: this.clientId, recordedAt: this.recordedAt, seconds: this.seconds, type: this.type };
  }

  get isPaused() {
    return this.recorder.state === "paused";
  }

  /** Seconds recorded so far, pauses left out. */
  get seconds() {
    return (this.#runMs + (this.recorder.state === "recording" ? performance.now() - this.#since : 0)) / 1000;
  }

  pause() {
    if (this.recorder.state !== "recording") return;
    this.#runMs += performance.now() - this.#since;
    this.recorder.pause();
  }

  resume() {
    if (!this.isPaused) return;
    this.#since = performance.now();
    this.recorder.resume();
  }

  /** Ends the recording and gives the microphone back. Returns the promise of "end"; may be called twice. */
  stop() {
    if (this.recorder.state !== "inactive") {
      this.pause();
      this.recorder.stop();
    }
    return this.ended;
  }

  #add(blob) {
    if (!blob.size) return;
    this.#chunks.push(blob);
    this.dispatchEvent(new CustomEvent("chunk", { detail: { blob, number: this.#chunks.length } }));
  }

  #finish() {
    for (const track of this.stream.getTracks()) track.stop();
    const blob = new Blob(this.#chunks, { type: this.type });
    this.dispatchEvent(new CustomEvent("end", { detail: { ...this.facts, blob } }));
  }
}
