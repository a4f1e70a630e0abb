/** Why the browser gave no microphone, as the name of the words that say how to get it, and the news that it may now. */

const PROBLEMS = {
  NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing",
  NotReadableError: "busy", AbortError: "busy",
};

/** "" anywhere but on the two systems whose settings lie elsewhere. */
export function phone() {
  const { userAgent, maxTouchPoints } = navigator;
  if (/Android/.test(userAgent)) return "android";
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1) ? "ios" : "";
}

/** Names the problem (data-text-problem-NAME) behind what `openMicrophone` has thrown. */
export async function problemOf(error) {
  const name = PROBLEMS[error.name] ?? "broken";
  if (name !== "denied") return name;
  if ((await permission())?.state === "prompt") return "dismissed";     // the question was closed, nothing is forbidden
  return phone() ? `denied-${phone()}` : name;
}

/** Calls `done` once when the microphone is allowed after all, by the browser's own settings. */
export async function whenAllowed(done, signal) {
  const status = await permission();
  if (!status || status.state === "granted") return;
  const look = () => { if (status.state === "granted") done(); };
  status.addEventListener("change", look, { signal });
}

function permission() {
  return navigator.permissions?.query({ name: "microphone" }).catch(() => null) ?? Promise.resolve(null);     // old Safari knows no such name
}
