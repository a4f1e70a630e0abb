/** What htmx does not swap in: a lost session opens the sign-in over the page, the rest is told in the live region. */

import { say } from "./messages.js";

const SESSION_LOST = 401;

export async function explainRefusal({ ctx, error }) {
  const status = ctx?.response?.status;
  if (status === SESSION_LOST) return signInAgain(ctx.sourceElement);
  if (error || !status) return say(document.querySelector("#offline-bar").dataset.failed, "error");
  const text = refusalText(ctx.text);
  if (text) say(text, "error");
}

/** The words of an error page; a 409 or 422 has none, its fragment stands in the page already. */
function refusalText(html) {
  const page = new DOMParser().parseFromString(html ?? "", "text/html");
  return page.querySelector("[data-refusal]")?.textContent.trim() ?? "";
}

async function signInAgain(source) {
  const { signIn } = await import("./sign-in.js");
  if (!(await signIn())) return;
  if (source.matches("form")) source.requestSubmit();
  else source.click();
}
