/**
 * The record button, held: what is said while it is held is the recording. A tap stays a tap (a click), a finger that
 * sets out to scroll stays free to, and a finger that slides far away lets go of the button without ending anything.
 */

const HOLD_MS = 300;        // less is a tap
const SLIP_PX = 12;         // more, before the hold, is the page being scrolled
const AWAY_PX = 110;        // from where it was pressed: «go on without me»

/** Events: "hold", then either "release" (over) or "leave" (it goes on by itself). */
export class Hold extends EventTarget {
  #press = null;              // {id, x, y, timer, isHeld} while the button is down
  #end = new AbortController();
  #wasHeld = false;           // the last press

  /** Made before the button's own click is listened to: what ends a hold is no click. */
  constructor(button) {
    super();
    button.addEventListener("click", (event) => { if (this.#wasHeld && event.detail) event.stopImmediatePropagation(); });
    button.addEventListener("pointerdown", (event) => this.#down(event));
    button.addEventListener("contextmenu", (event) => { if (this.#press) event.preventDefault(); });     // a long press
    button.addEventListener("touchmove", (event) => { if (this.isHeld) event.preventDefault(); }, { passive: false });
  }

  get isHeld() {
    return Boolean(this.#press?.isHeld);
  }

  #down({ isPrimary, button, pointerId: id, clientX: x, clientY: y }) {
    if (!isPrimary || button !== 0 || this.#press) return;
    this.#wasHeld = false;
    this.#press = { id, x, y, isHeld: false, timer: setTimeout(() => this.#hold(), HOLD_MS) };
    this.#end = new AbortController();
    const { signal } = this.#end;       // the button itself is hidden as soon as the recording runs
    addEventListener("pointermove", (event) => this.#move(event), { signal });
    addEventListener("pointerup", (event) => this.#up(event, "release"), { signal });
    addEventListener("pointercancel", (event) => this.#up(event, "leave"), { signal });
  }

  #hold() {
    this.#press.isHeld = this.#wasHeld = true;
    this.dispatchEvent(new Event("hold"));
  }

  #move(event) {
    if (event.pointerId !== this.#press.id) return;
    const far = Math.hypot(event.clientX - this.#press.x, event.clientY - this.#press.y);
    if (far > (this.isHeld ? AWAY_PX : SLIP_PX)) this.#up(event, "leave");
  }

  #up({ pointerId }, how) {
    if (pointerId !== this.#press.id) return;
    const wasHeld = this.isHeld;
    clearTimeout(this.#press.timer);
    this.#press = null;
    this.#end.abort();
    if (wasHeld) this.dispatchEvent(new Event(how));
  }
}
