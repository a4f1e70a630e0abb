/** A recording and the server: POST /voice-notes until it has answered, always under the same client_id; then its text. */

import { signIn } from "./sign-in.js";

const SUFFIXES = { "audio/mp4": "m4a", "audio/webm": "webm", "audio/ogg": "ogg" };
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const TRY_MS = 180_000;         // five minutes of speech are 1.2 MB: 60 kbit/s bring them over in that time,
const BYTES_A_MS = 7;           // and a longer file in its own
const POLL_MS = 400;
const SLOWEST_POLL_MS = 5000;
const LATER = new Set([408, 425, 429]);

/** The server looked at the recording and does not want it. `message`: its own words, or "" when it gave none. */
export class Refused extends Error {}

/** "voice-note.webm" for audio/webm;codecs=opus: the name that the server and the disk see. */
export function fileName(type) {
  return `voice-note.${SUFFIXES[type.split(";")[0]] ?? "bin"}`;
}

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";     // read anew: signing in changes it
}

async function post({ clientId, blob, isChosen }, signal) {
  const body = new FormData();
  body.append("audio", blob, fileName(blob.type));
  body.append("client_id", clientId);
  if (!isChosen) body.append("recorded", "1");      // a file may be longer than a recording
  const headers = { Accept: "application/json", "X-CSRF-Token": csrfToken() };
  return fetch("/voice-notes", { method: "POST", body, headers, signal, redirect: "manual" });
}

/** A session that began anew in another tab made the page's token stale: its own address has a fresh one. */
async function freshenToken() {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  const token = new DOMParser().parseFromString(await page.text(), "text/html").querySelector('meta[name="csrf-token"]')?.content;
  if (token) document.querySelector('meta[name="csrf-token"]').content = token;
}

/** One try. Returns {note} or {held: "network" | "server" | "session"}; throws Refused, or AbortError by `signal`. */
async function attempt(take, signal) {
  const limit = new AbortController();
  const giveUp = () => limit.abort();
  const timer = setTimeout(giveUp, Math.max(TRY_MS, take.blob.size / BYTES_A_MS));
  signal.addEventListener("abort", giveUp);
  try {
    let answer = await post(take, limit.signal);
    if (answer.status === 400) {
      await freshenToken();
      answer = await post(take, limit.signal);
    }
    if (answer.ok) return { note: await answer.json() };
    if (answer.status === 401 || answer.type === "opaqueredirect") return { held: "session" };
    if (answer.status >= 500 || LATER.has(answer.status)) return { held: "server" };
    throw new Refused((await answer.json().catch(() => ({}))).error ?? "");
  } catch (error) {
    if (error instanceof Refused) throw error;
    signal.throwIfAborted();
    return { held: "network" };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

function waitMs(failures) {
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
}

/** Resolves after `ms`, at once when the network is back or `nudge` fires "now"; rejects when `signal` aborts. */
function pause(ms, nudge, signal) {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const timer = Number.isFinite(ms) ? setTimeout(done, ms) : 0;
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      nudge.removeEventListener("now", done);
      signal.removeEventListener("abort", done);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
    window.addEventListener("online", done);
    nudge.addEventListener("now", done);
    signal.addEventListener("abort", done);
  });
}

/**
 * Sends `take` ({clientId, blob}) as often as it needs. Returns the server's {id, state, percent, text, words}.
 * `held(reason, failures)` is called after each try that failed; `sending()` before each. Throws Refused or AbortError.
 */
export async function upload(take, { nudge, signal, sending, held }) {
  for (let failures = 0, asked = false; ;) {
    sending();
    const result = await attempt(take, signal);
    if (result.note) return result.note;
    if (result.held === "session" && !asked) {      // once: a session that stays lost must not ask for ever
      asked = true;
      if (await signIn()) continue;
    }
    failures += 1;
    held(result.held, failures);
    await pause(result.held === "session" ? Infinity : waitMs(failures), nudge, signal);
    asked = false;
  }
}

/**
 * Asks GET /voice-notes/<id> again and again, ever more slowly. `heard(answer)` gets each answer and returns true to go
 * on. Returns when it does not; throws AbortError by `signal`. A note that the server does not know has failed.
 */
export async function follow(id, signal, heard) {
  let goesOn = true;
  for (let wait = POLL_MS; goesOn; wait = Math.min(wait * 1.1, SLOWEST_POLL_MS)) {
    await pause(wait, new EventTarget(), signal);
    const answer = await look(id, signal);
    if (answer) goesOn = heard(answer);
  }
}

/** What the server says about the note now; null when it could not be asked. Throws AbortError by `signal`. */
export async function look(id, signal) {
  try {
    const answer = await fetch(`/voice-notes/${id}`, { headers: { Accept: "application/json" }, signal });
    if (answer.status === 404) return { state: "failed" };
    return answer.ok ? await answer.json() : null;
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}
