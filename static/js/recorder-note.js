/**
 * One recorded voice note in the form: sent to the server, followed until it is recognised, its text offered.
 *
 * States: sending, held, refused (ours) · waiting, working, done, no-model, failed (the server's) · silent (done, but
 * without a word) · removed (thrown away, may be taken back while the form is open). Event: "change".
 */

import { forget, keepWhole } from "./recorder-store.js";
import { Refused, fileName, follow, upload } from "./recorder-upload.js";
import { clock, showParts } from "./recorder-words.js";
import { draw } from "./waveform.js";

const PENDING = new Set(["waiting", "working"]);
const PROVISIONAL = new Set(["sending", "held", ...PENDING]);
const PATIENCE = 3;         // tries that may fail before a form that waits for this note is told so

/** What the server says of its outcome beyond its state: why it failed and what to do, or that its end was not heard. */
const toldOf = ({ error, cut_words: cut }) => error || cut || "";

/** Fills a new `element` with what GET /voice-notes/<id> says, as if the page had come with it. */
export function fill(element, answer) {
  const input = element.querySelector('input[name="voice_note_ids"]');
  input.value = answer.id;
  input.disabled = false;
  Object.assign(element.dataset, { state: answer.state, percent: answer.percent, told: toldOf(answer) });
  element.querySelector("[data-note-audio]").src = answer.copy_url ?? answer.url;     // the copy plays everywhere and knows its length
  draw(element.querySelector("[data-waveform]"), answer.wave);
  element.querySelector("[data-note-length]").textContent = answer.duration;
  element.querySelector("[data-note-text]").textContent = answer.text;
}

export class Note extends EventTarget {
  #life = new AbortController();      // of its work with the server: ends when it is removed
  #home = new AbortController();      // of its place in the page
  #nudge = new EventTarget();

  /** `take`: {clientId, owner, place, blob, seconds} for one recorded here, null for one that the page came with. */
  constructor(element, { say, signs, target, take = null }) {
    super();
    Object.assign(this, { element, say, signs, target, take });
    this.percent = Number(element.dataset.percent ?? 0);
    this.text = this.#part("text").textContent.trim();
    this.state = this.#known(element.dataset.state);
    this.failures = 0;
    this.isRemoved = false;
    this.input = element.querySelector('input[name="voice_note_ids"]');
    this.#wire();
    if (take?.blob.size) this.#load(take);
    take?.spoken?.addEventListener("change", () => this.#showSpoken(), { signal: this.#home.signal });
    this.#go();
  }

  /** The server's id, "" until the recording has arrived there. */
  get id() {
    return this.input.value;
  }

  /** True while the form should not be sent: the server does not have the recording. */
  get isPending() {
    return !this.isRemoved && !this.id;
  }

  /** Resolves when the server has the recording, or it was removed. Throws an Error with words for people otherwise. */
  uploaded() {
    this.failures = 0;
    this.retry();
    return new Promise((resolve, reject) => {
      const look = () => {
        const isStuck = this.state === "refused" || (this.state === "held" && this.failures >= PATIENCE);
        if (this.isPending && !isStuck) return;
        this.removeEventListener("change", look);
        if (this.isPending) reject(new Error(this.say("problem-unsent")));
        else resolve();
      };
      this.addEventListener("change", look);
      look();
    });
  }

  /** Tries again at once when the last try failed. */
  retry() {
    if (this.state === "refused") this.#go();
    else this.#nudge.dispatchEvent(new Event("now"));
  }

  /** Takes the note out of the form; `restore` brings it back. Its text goes too if nobody has touched it. */
  remove() {
    this.isRemoved = true;
    this.input.disabled = true;
    this.#life.abort();
    this.#part("audio").pause();
    if (this.take) forget(this.take.clientId);
    if (this.text && this.target?.value === this.text) this.#write("");
    this.signs.announce(this.say("removed"));
    this.#show(this.state);
    this.#part("restore").focus();
  }

  restore() {
    this.isRemoved = false;
    this.input.disabled = !this.id;
    this.#life = new AbortController();
    if (this.take) keepWhole(this.take);
    this.#show(this.state);
    this.#part("remove").focus();
    if (this.state === "done" && !this.target?.value.trim()) this.#write(this.text);
    this.#go();
  }

  /** Ends its work: the part of the page that it lived in is gone. */
  leave() {
    this.#life.abort();
    this.#home.abort();
    URL.revokeObjectURL(this.#part("save").href);
  }

  #part(name) {
    return this.element.querySelector(`[data-note-${name}]`);
  }

  #wire() {
    const actions = { retry: () => this.retry(), remove: () => this.remove(), restore: () => this.restore(), insert: () => this.#insert() };
    for (const [name, act] of Object.entries(actions)) this.#part(name).addEventListener("click", act);
    this.#part("again").addEventListener("click", () => this.dispatchEvent(new Event("again")));
    this.target?.addEventListener("input", () => this.#showInsert(), { signal: this.#home.signal });
  }

  #load({ blob, seconds }) {
    const address = URL.createObjectURL(blob);
    const audio = this.#part("audio");
    // What MediaRecorder writes has no length inside; a jump past the end makes the browser measure it.
    audio.addEventListener("loadedmetadata", () => {
      if (Number.isFinite(audio.duration)) return this.#length(audio.duration);
      audio.addEventListener("timeupdate", () => { audio.currentTime = 0; }, { once: true });
      audio.currentTime = 1e7;
    });
    audio.src = address;
    this.#part("save").href = address;
    this.#part("save").download = fileName(blob.type);
    this.#length(seconds);
  }

  /** The server's copy in place of a chosen file: this browser may lack its codec. */
  #play(copy) {
    const audio = this.#part("audio");
    if (this.take?.isChosen && copy && audio.error) audio.src = copy;
  }

  /** In whole seconds; 0: a chosen file's is not known yet. */
  #length(seconds) {
    if (seconds) this.#part("length").textContent = clock(seconds);
  }

  /** Everything between this note and the server, from wherever it stands. */
  async #go() {
    const { signal } = this.#life;
    this.#show(this.state);
    try {
      if (!this.id) await this.#send(signal);
      if (PENDING.has(this.state)) await follow(this.id, signal, (answer) => this.#read(answer));
    } catch (error) {
      if (error instanceof Refused) this.#refuse(error.message);
      else if (error.name !== "AbortError") throw error;
    }
  }

  async #send(signal) {
    const answer = await upload(this.take, {
      nudge: this.#nudge,
      signal,
      sending: () => this.#show("sending"),
      held: (reason, failures) => this.#hold(reason, failures),
    });
    this.input.value = answer.id;
    this.input.disabled = false;
    this.take.noteId = answer.id;
    keepWhole(this.take);
    this.#read(answer);
  }

  #hold(reason, failures) {
    this.failures = failures;
    this.reason = reason;
    if (failures === 1) this.signs.announce(this.say(`held-${reason}`));
    this.#show("held");
  }

  #refuse(words) {
    this.reason = words || this.say("refused");
    this.signs.announce(this.reason);
    this.#show("refused");
  }

  #known(state) {
    return state === "done" && !this.text ? "silent" : state;
  }

  #read(answer) {
    const { state, percent, text, wave } = answer;
    const before = this.state;
    this.element.dataset.told = toldOf(answer);
    draw(this.element.querySelector("[data-waveform]"), wave);
    this.percent = percent ?? 0;
    this.#play(answer.copy_url);
    this.text = (text ?? "").trim();
    this.#part("text").textContent = this.text;
    this.#show(this.#known(state));
    const goesOn = PENDING.has(this.state);
    if (this.state !== before && !goesOn) this.#tell();
    return goesOn;
  }

  /** A note that is just being sent (js/sending.js hides it) tells nobody: the field is the next comment's already. */
  #tell() {
    if (this.element.hidden) return undefined;
    if (this.state !== "done") return this.signs.announce(this.#words(this.state));
    const isFree = this.target && !this.target.value.trim();
    if (isFree) this.#write(this.text);
    const outcome = this.say(isFree ? "recognized-inserted" : "recognized-offered");
    return this.signs.announce(`${outcome} ${this.element.dataset.told}`.trim());
  }

  #insert() {
    const before = this.target.value.trimEnd();
    this.#write(before ? `${before}\n${this.text}` : this.text);
    this.target.focus();
    this.signs.announce(this.say("inserted"));
  }

  #write(text) {
    this.target.value = text;
    this.target.setSelectionRange(text.length, text.length);
    this.target.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #show(state) {
    this.state = state;
    const shown = this.isRemoved ? "removed" : state;
    this.element.dataset.state = shown;
    showParts(this.element, "data-note-when", shown);
    this.#part("state").textContent = this.#words(shown);
    if (shown === "sending") this.#part("progress").removeAttribute("value");
    else this.#part("progress").value = this.percent;
    this.#showInsert();
    this.#showSpoken();
    this.dispatchEvent(new Event("change"));
  }

  #words(shown) {
    if (shown === "refused") return this.reason;
    if (shown === "held") return this.say(`held-${this.reason}`);
    const { told } = this.element.dataset;
    if (told && shown !== "removed") return told;
    return this.say(`state-${shown}`, { percent: this.percent });
  }

  /** What was heard while it was spoken stands in the place of the text until that is there. */
  #showSpoken() {
    const { text = "", language = "" } = this.take?.spoken ?? {};
    const part = this.#part("spoken");
    part.textContent = text;
    if (language) part.lang = language;
    part.hidden = !text || this.isRemoved || !PROVISIONAL.has(this.state);
  }

  #showInsert() {
    const isOffered = this.state === "done" && !this.isRemoved && this.target && !this.target.value.includes(this.text);
    this.#part("insert").hidden = !isOffered;
    this.#part("transcript").hidden = !isOffered;
  }
}
