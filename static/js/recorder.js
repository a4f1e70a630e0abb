/**
 * The voice recorders of a page: one for each [data-recorder] (templates/shared/_recorder.html).
 *
 * A form with a recording under way is held back here, before htmx sees its submit, and sent when the recording has
 * arrived. A script that sends a form without a submit event awaits `recorderReady(form)` itself.
 */

import { Recorder } from "./recorder-panel.js";

const recorders = new Map();        // root element → Recorder
const waiting = new WeakSet();      // forms that will be sent as soon as their recordings have arrived
let started = Promise.resolve();

const within = (form) => [...recorders].filter(([root]) => root.closest("form") === form).map(([, recorder]) => recorder);

/** Called by app.js for each root, on a whole page and in a fragment. One after the other: see `replace`. */
export function start(root) {
  started = started.then(() => replace(root));
}

/**
 * Resolves when every recording of the form is on the server (its id then stands in `voice_note_ids`): stops one that
 * runs, sends what waits. Rejects when that can't be done now; the page has told why, and the form must not be sent.
 */
export async function recorderReady(form) {
  await Promise.all(within(form).map((recorder) => recorder.ready()));
}

/** Gives the form's recordings to the outbox (js/outbox-pack.js): {rows, done()}. */
export async function handOver(form) {
  const given = await Promise.all(within(form).map((recorder) => recorder.handOver()));
  return { rows: given.flatMap(({ rows }) => rows), done: () => given.forEach(({ done }) => done()) };
}

/** The form was sent with these notes, and stays where it is: they are the thread's now. */
export async function takeAway(form, elements) {
  for (const recorder of within(form)) recorder.takeAway(elements);
}

/** Recorders whose part of the page was swapped out first leave what they have, so that the new one finds it. */
async function replace(root) {
  const gone = [...recorders].filter(([old]) => !old.isConnected);
  for (const [old] of gone) recorders.delete(old);
  await Promise.all(gone.map(([, recorder]) => recorder.leave()));
  const recorder = new Recorder(root);
  recorders.set(root, recorder);
  recorder.addEventListener("start", () => {      // one microphone, one recording
    for (const other of recorders.values()) if (other !== recorder) other.stop();
  });
}

/** Without a network nothing need arrive first: the outbox takes the form with its recordings. */
const isForOutbox = (form) => !navigator.onLine && form.matches("[data-composer]");

async function holdBack(event) {
  const { target: form, submitter } = event;
  if (isForOutbox(form) || !within(form).some((recorder) => recorder.isBusy)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (waiting.has(form)) return;
  waiting.add(form);
  try {
    await recorderReady(form);
    form.requestSubmit(submitter?.isConnected ? submitter : undefined);
  } catch {
    // The recorder shows what is wrong; the form stays as it is.
  } finally {
    waiting.delete(form);
  }
}

window.addEventListener("submit", holdBack, { capture: true });     // before htmx and before every other listener
window.addEventListener("beforeunload", (event) => {
  if ([...recorders.values()].some((recorder) => recorder.live.isOn)) event.preventDefault();
});
