/** Keeps the screen on while something is recorded: a phone that locks itself takes the microphone away. */

export class Awake {
  #lock = null;
  #isWanted = false;

  /** Where the browser can't, or the battery is low, the phone does as it likes. A hidden page loses the lock. */
  async stay() {
    this.#isWanted = true;
    if (document.hidden || (this.#lock && !this.#lock.released)) return;
    this.#lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    if (!this.#isWanted) this.end();
  }

  end() {
    this.#isWanted = false;
    this.#lock?.release().catch(() => {});
    this.#lock = null;
  }
}
