/** The recorder of one form: asks for the microphone, lists what has been recorded, knows when the form may be sent. */

import { Hold } from "./recorder-hold.js";
import { Live } from "./recorder-live.js";
import { Note, fill } from "./recorder-note.js";
import { problemOf, whenAllowed } from "./recorder-refusal.js";
import { chosen, forget, keepWhole, left, letGo } from "./recorder-store.js";
import { canRecord, openMicrophone } from "./recorder-take.js";
import { look } from "./recorder-upload.js";
import { Signs, clock, showParts, wordsOf } from "./recorder-words.js";

const SHORTEST_SECONDS = 0.7;   // less is a slip of the finger

const ownTakes = new Set();     // recorded in this page's own life: after a swap they come back without a word

/** States, in the root's data-state: idle, asking (for the microphone), recording, paused. Event: "start". */
export class Recorder extends EventTarget {
  #asked = 0;
  #current = "";                      // client id of the newest take
  #isGone = false;
  #home = new AbortController();      // of its place in the page

  constructor(root) {
    super();
    this.root = root;
    this.say = wordsOf(root);
    this.signs = new Signs(root, this.say);
    this.live = new Live(root, this.say, this.signs);
    this.hold = new Hold(this.#part("record"));
    this.target = document.getElementById(root.dataset.target);
    this.form = { owner: root.dataset.owner, place: `${location.pathname}#${root.dataset.target}` };
    this.list = this.#part("list");
    this.notes = [...this.list.children].map((element) => this.#note(element, null));
    this.#wire();
    this.#part("plain").hidden = true;
    this.#part("panel").hidden = false;
    this.#show("idle");
    if (!canRecord()) this.signs.complain("unsupported");
    this.#recover();
  }

  /** True while the form must wait: something is being recorded or is not on the server yet. */
  get isBusy() {
    return this.root.dataset.state !== "idle" || this.notes.some((note) => note.isPending);
  }

  /** Ends the recording and sends everything. Throws when a recording can't be sent now; the page has said so. */
  async ready() {
    this.signs.hint(this.isBusy ? "finishing" : "");
    try {
      await this.stop();
      await Promise.all(this.notes.map((note) => note.uploaded()));
    } catch (error) {
      this.signs.complain("unsent");
      this.root.scrollIntoView({ block: "center", behavior: "smooth" });
      throw error;
    } finally {
      this.signs.hint("");
    }
  }

  async start() {
    if (this.root.dataset.state !== "idle") return;
    const asked = ++this.#asked;
    const hadFocus = this.root.contains(document.activeElement);
    this.signs.complain("");
    this.signs.hint("");
    this.dispatchEvent(new Event("start"));
    this.#show("asking");
    try {
      const stream = await openMicrophone();
      if (asked === this.#asked) this.#begin(stream);
      else stream.getTracks().forEach((track) => track.stop());       // the form was sent, or is gone, meanwhile
    } catch (error) {
      const problem = canRecord() ? await problemOf(error) : "unsupported";
      if (asked !== this.#asked) return;
      this.#show("idle");
      if (hadFocus) this.#part("record").focus({ preventScroll: true });
      this.signs.complain(problem);
      whenAllowed(() => { if (this.signs.problem === problem) this.signs.complain(""); }, this.#home.signal);
    }
  }

  /** Ends the recording, if one runs; the note then stands in the list and is on its way. */
  async stop() {
    this.#asked += 1;
    if (this.live.isOn) await this.live.stop();
    else this.#show("idle");
  }

  /** The part of the page with this recorder is gone: what was not sent is left to the next one at this place. */
  async leave() {
    this.#isGone = true;
    this.#home.abort();
    for (const note of this.notes) note.leave();
    await this.stop();
    await Promise.all([this.#current, ...this.notes.map((note) => note.take?.clientId)].map(letGo));
  }

  /** Gives what was recorded, with its sound, to the outbox, which sends it later; `done()` once that has it. */
  async handOver() {
    await this.stop();
    const given = this.notes.filter((note) => note.take && !note.isRemoved);
    const done = () => this.takeAway(given.map(({ element }) => element));
    return { rows: await Promise.all(given.map(rowOf)), done };
  }

  /** These have been sent: they go from the form, and from this device. */
  takeAway(elements) {
    for (const note of this.#drop((one) => elements.includes(one.element))) if (note.take) forget(note.take.clientId);
  }

  #part(name) {
    return this.root.querySelector(`[data-recorder-${name}]`);
  }

  #wire() {
    const { signal } = this.#home;
    this.#part("record").addEventListener("click", () => this.start());
    this.#part("file").addEventListener("change", ({ target }) => this.#choose(target));
    this.hold.addEventListener("hold", () => this.start());
    this.hold.addEventListener("release", () => this.#release());
    this.hold.addEventListener("leave", () => this.signs.unhint("holding"));
    this.live.addEventListener("switch", ({ detail }) => this.#show(detail));
    this.live.addEventListener("end", ({ detail }) => this.#end(detail));
    this.live.addEventListener("lost", () => this.leave());
    this.root.closest("form")?.addEventListener("reset", () => this.#empty(), { signal });
    document.addEventListener("visibilitychange", () => this.live.seen(), { signal });
  }

  #note(element, take) {
    const note = new Note(element, { say: this.say, signs: this.signs, target: this.target, take });
    note.addEventListener("again", () => this.#again(note));
    note.addEventListener("change", () => { if (this.signs.problem === "unsent" && !this.isBusy) this.signs.complain(""); });
    return note;
  }

  #again(note) {
    if (this.root.dataset.state !== "idle") return;
    note.remove();
    this.start();
  }

  /** A recording that there is already, a messenger's or a dictaphone's, goes the way of one that was made here. */
  #choose(input) {
    const files = [...input.files].filter(({ size }) => size);
    this.signs.complain(files.length < input.files.length ? "empty" : "");
    for (const file of files) {
      const take = chosen(file, this.form);
      ownTakes.add(take.clientId);
      keepWhole(take);
      this.#add(take);
    }
    input.value = "";
    this.#show(this.root.dataset.state);
  }

  #begin(stream) {
    this.#current = this.live.begin(stream, this.form).clientId;
    ownTakes.add(this.#current);
    if (this.hold.isHeld) this.signs.hint("holding");
  }

  /** The button is let go. Before anything was said (the browser has just asked) it was no more than a tap. */
  #release() {
    this.live.wake();
    this.signs.unhint("holding");
    if (this.live.seconds >= SHORTEST_SECONDS) this.stop();
  }

  #end(take) {
    if (this.#isGone) return;
    const hadFocus = this.root.contains(document.activeElement);
    const isKept = take.blob.size > 0 && take.seconds >= SHORTEST_SECONDS;
    if (isKept) this.#add(take);
    else {
      forget(take.clientId);
      this.signs.complain(take.why ? "broken" : "short");
    }
    this.#tellWhy(isKept ? take.why : "", take.seconds);
    this.#show("idle");
    if (hadFocus) this.#part("record").focus({ preventScroll: true });
  }

  /** Why it ended without its speaker ("limit", "cut"), and how much there is. */
  #tellWhy(why, seconds) {
    const length = clock(why === "limit" ? this.live.maxSeconds : seconds);
    this.signs.hint(why, { length });
    if (why) this.signs.announce(this.say(`hint-${why}`, { length }));
  }

  #add(take, answer = null) {
    const element = this.#part("template").content.firstElementChild.cloneNode(true);
    if (answer) fill(element, answer);
    this.list.append(element);
    this.notes.push(this.#note(element, take));
  }

  /** What an earlier life of this form recorded and did not send: after a crash, a reload, a swap of its part. */
  async #recover() {
    const known = this.notes.length;
    for (const take of await left(this.form.owner, this.form.place)) {
      if (take.noteId) await this.#rejoin(take);
      else if (this.#isGone) letGo(take.clientId);
      else if (take.blob.size) this.#add(take);
      else forget(take.clientId);
    }
    const news = this.notes.slice(known).map(({ take }) => take).filter(({ clientId }) => !ownTakes.has(clientId));
    if (news.length) this.#tellKept(news.filter(({ isWhole }) => isWhole === false));
    this.#show(this.root.dataset.state);
  }

  /** `cut`: those of the takes that came back which something broke off. */
  #tellKept(cut) {
    const length = clock(cut.reduce((sum, { seconds }) => sum + seconds, 0));
    const words = this.say(cut.length ? "recovered-cut" : "recovered", { length });
    this.#part("recovered").textContent = words;
    this.#part("recovered").hidden = false;
    this.signs.announce(words);
  }

  /** The server has this one: back into the form with it, unless it was sent. */
  async #rejoin(take) {
    const listed = this.notes.find((note) => note.id === take.noteId);
    if (listed) {
      listed.take = take;
      return;
    }
    const answer = await look(take.noteId);
    if (this.#isGone || !answer) letGo(take.clientId);
    else if (answer.sent === false) this.#add(take, answer);
    else forget(take.clientId);
  }

  /** form.reset(): the recordings go too, but for those that the server does not have yet. */
  #empty() {
    this.#drop((note) => !note.isPending);
  }

  /** Takes notes out of the form, with what was said about them. Returns them. */
  #drop(isMeant) {
    const dropped = this.notes.filter(isMeant);
    for (const note of dropped) {
      note.leave();
      note.element.remove();
    }
    this.notes = this.notes.filter((note) => !dropped.includes(note));
    this.#part("recovered").hidden = true;
    this.signs.complain("");
    if (!this.live.isOn) this.signs.hint("");
    this.#show(this.root.dataset.state);
    return dropped;
  }

  #show(state) {
    this.root.dataset.state = state;
    showParts(this.root, "data-recorder-when", state);
    this.#part("record-first").hidden = this.list.children.length > 0;
    this.#part("record-more").hidden = this.list.children.length === 0;
  }
}

async function rowOf({ take, id }) {
  const { clientId, owner, place, recordedAt, seconds, type, blob } = take;
  return { clientId, owner, place, recordedAt, seconds, type, id, bytes: id ? undefined : await blob.arrayBuffer() };
}
