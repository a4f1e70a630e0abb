/** What htmx does not swap in: a lost session opens the sign-in over the page, the rest is told in the live region. */

import { say } from "./messages.js";
import { signIn } from "./sign-in.js";

const SESSION_LOST = 401;

export async function explainRefusal({ ctx, error }) {
  const status = ctx?.response?.status;
  if (ctx?.sourceElement?.matches("[data-poll]")) return explainPoll(status, ctx.text);
  if (status === SESSION_LOST) return signInAgain(ctx.sourceElement);
  if (error || !status) return say(document.querySelector("#offline-bar").dataset.failed, "error");
  const text = refusalText(ctx.text);
  if (text) say(text, "error");
}

/** Nobody pressed anything and it asks again by itself: no dialog over what is being typed, only a word that no news come. */
function explainPoll(status, html) {
  if (status === SESSION_LOST) say(refusalText(html), "warning", { isQuiet: true });
}

/** The words of an error page; a 409 or 422 has none, its fragment stands in the page already. */
function refusalText(html) {
  const page = new DOMParser().parseFromString(html ?? "", "text/html");
  return page.querySelector("[data-refusal]")?.textContent.trim() ?? "";
}

async function signInAgain(source) {
  if (!(await signIn())) return;
  if (source.matches("form")) source.requestSubmit();
  else source.click();
}
