/** One recording in the making: the microphone, the format that this browser can write, the clock that pauses with it. */

// AAC first: it plays everywhere. Chromium and Firefox write Opus, old Safari writes MP4 and gives its codec no name.
const FORMATS = ["audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", ""];
const BITS_PER_SECOND = 32_000;     // a quarter of a megabyte a minute, and speech loses nothing
const CHUNK_MS = 1000;              // what a crash may cost; Safari writes nothing shorter

/** True when the browser has all that recording needs (it has not on a plain http address). */
export function canRecord() {
  return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
}

/** Asks for the microphone. Throws the browser's DOMException: NotAllowedError, NotFoundError, NotReadableError… */
export function openMicrophone() {
  return navigator.mediaDevices.getUserMedia({ audio: true });
}

/** Formats that this browser writes, those first that it plays as well: some Safari writes a WebM that it can't play. */
function formats() {
  const player = document.createElement("audio");
  const written = FORMATS.filter((type) => !type || MediaRecorder.isTypeSupported(type));
  const isPlayed = (type) => !type || player.canPlayType(type) !== "";
  return [...written.filter(isPlayed), ...written.filter((type) => !isPlayed(type))];
}

function startedRecorder(stream) {
  let refusal;
  for (const mimeType of formats()) {
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
 * microphone, gave it back), "end" (detail: the facts, the whole `blob`, and `why`: "" after `stop()`, its word if it was
 * given one, "cut" when the microphone went away).
 */
export class Take extends EventTarget {
  #chunks = [];
  #runMs = 0;
  #since = performance.now();     // null while it does not run; the recorder's own state changes before it tells
  #why = "cut";                   // nobody has ended it yet

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
    this.recorder.addEventListener("error", () => this.stop("cut"));
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => this.stop("cut"));
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

  /** True while the system or a switch on the device keeps the microphone silent. */
  get isMuted() {
    return this.stream.getAudioTracks().some((track) => track.muted);
  }

  /** Seconds recorded so far, pauses left out. */
  get seconds() {
    return (this.#runMs + (this.#since === null ? 0 : performance.now() - this.#since)) / 1000;
  }

  pause() {
    if (this.recorder.state !== "recording") return;
    this.#halt();
    this.recorder.pause();
  }

  resume() {
    if (!this.isPaused) return;
    this.#since = performance.now();
    this.recorder.resume();
  }

  /** Brings out what the recorder holds, to be kept: the page may be put to sleep in a moment. */
  flush() {
    if (this.recorder.state === "recording") this.recorder.requestData();
  }

  /** Ends the recording and gives the microphone back. Returns the promise of "end"; may be called twice. */
  stop(why = "") {
    if (this.recorder.state !== "inactive") {
      this.#why = why;
      this.pause();
      this.recorder.stop();
    }
    return this.ended;
  }

  #halt() {
    this.#runMs = this.seconds * 1000;
    this.#since = null;
  }

  #add(blob) {
    if (!blob.size) return;
    this.#chunks.push(blob);
    this.dispatchEvent(new CustomEvent("chunk", { detail: { blob, number: this.#chunks.length } }));
  }

  #finish() {
    this.#halt();
    for (const track of this.stream.getTracks()) track.stop();
    const blob = new Blob(this.#chunks, { type: this.type });
    this.dispatchEvent(new CustomEvent("end", { detail: { ...this.facts, blob, why: this.#why } }));
  }
}
