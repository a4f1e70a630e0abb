/**
 * The words of a voice note in the thread: a press on one plays its second, and while the note plays the word that is said
 * is marked. By the keyboard all words are one stop: the arrows choose, Enter or Space plays, Escape pauses.
 *
 * Root: [data-spoken="ID ID…"], the recordings that it is the text of (a comment's body, or the text below a player). Its
 * words are span[data-at=SECOND], with data-of=1 for those of the second recording. Without a script they are plain text.
 *
 * An address ?t=SECOND#voice-note-ID, a hit of the search, leads to that word and sets the player to its second.
 */

const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const AHEAD = 0.05;     // seconds: a player stops a little before where it was sent
let hasLed = false;     // once a page: what comes into the thread later is not where the address leads

export function start(root) {
  new Words(root);
}

class Words {
  #playing = null;

  constructor(root) {
    this.root = root;
    this.ids = root.dataset.spoken.split(" ");
    this.words = [...root.querySelectorAll("[data-at]")];
    if (!this.words.length) return;
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", root.dataset.textWords);
    for (const word of root.querySelectorAll(".unsure")) word.title = root.dataset.textUnsure;
    this.#rove(this.words[0]);
    root.addEventListener("click", (event) => this.#press(event));
    root.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("timeupdate", this.#heard, { capture: true });       // of media, it does not bubble
    this.#lead();
  }

  #audio(word) {
    return document.querySelector(`#voice-note-${CSS.escape(this.ids[word.dataset.of ?? 0])} audio`);
  }

  /** The one word that a keyboard comes to, and the only one that a screen reader calls a button. */
  #rove(word) {
    for (const name of ["tabindex", "role"]) this.current?.removeAttribute(name);
    this.current = word;
    word.tabIndex = 0;
    word.setAttribute("role", "button");
  }

  #press({ target }) {
    const word = target.closest("[data-at]");
    if (!word || !getSelection().isCollapsed) return;       // who marks words to copy them listens to nothing
    this.#rove(word);
    this.#play(word);
  }

  #key(event) {
    if (event.target !== this.current || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") this.#play(this.current);
    else if (event.key === "Escape") this.#audio(this.current)?.pause();
    else if (event.key in MOVES) this.#move(MOVES[event.key]);
    else return;
    event.preventDefault();
  }

  #move(by) {
    const next = Math.min(this.words.length - 1, Math.max(0, this.words.indexOf(this.current) + by));
    this.#rove(this.words[next]);
    this.current.focus();
  }

  #play(word) {
    const audio = this.#audio(word);
    if (!audio) return;
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    audio.currentTime = Number(word.dataset.at);
    audio.play().catch(() => {});       // a browser that lacks the codec says so in the player
    this.#mark(word);
  }

  #heard = ({ target }) => {
    if (!this.root.isConnected) return document.removeEventListener("timeupdate", this.#heard, { capture: true });
    const place = this.ids.indexOf(target.closest?.(".voice-note")?.id.replace("voice-note-", ""));
    if (place < 0) return undefined;
    if (target.ended) return this.#mark(undefined);
    if (target.paused) return undefined;
    const said = this.words.filter((word) => Number(word.dataset.of ?? 0) === place && Number(word.dataset.at) <= target.currentTime + AHEAD);
    return this.#mark(said.at(-1));
  };

  #mark(word) {
    if (this.#playing === word) return;
    this.#playing?.classList.remove("is-said");
    this.#playing = word;
    word?.classList.add("is-said");
  }

  #lead() {
    const place = this.ids.indexOf(location.hash.replace("#voice-note-", ""));
    const second = Number(new URLSearchParams(location.search).get("t") ?? NaN);
    if (hasLed || place < 0 || !Number.isFinite(second)) return;
    hasLed = true;
    const ours = this.words.filter((word) => Number(word.dataset.of ?? 0) === place);
    const word = ours.findLast((one) => Number(one.dataset.at) <= second + AHEAD) ?? ours[0];
    const audio = word && this.#audio(word);
    if (!audio) return;
    audio.preload = "metadata";
    audio.currentTime = second;
    word.classList.add("is-sought");
    this.#rove(word);
    requestAnimationFrame(() => {
      word.focus({ preventScroll: true });
      word.scrollIntoView({ block: "center", behavior: "instant" });
    });
  }
}
