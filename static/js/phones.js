/** The list of devices on «Уведомления»: asked for anew until the receipts of a test have come. */

const EVERY_MS = 1500;
const PATIENCE_MS = 30_000;
let end = 0;
let timer = 0;

export function follow() {
  end = performance.now() + PATIENCE_MS;
  clearTimeout(timer);
  look();
}

async function look() {
  const list = document.querySelector("#phones");
  const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (list && answer?.ok && !answer.redirected) replace(list, await answer.text());
  const isWaiting = document.querySelector("#phones [data-waiting]");
  if (isWaiting && performance.now() < end) timer = setTimeout(look, EVERY_MS);
}

/** Only a changed list is put in place: a reader of the screen hears what is new, and the focus stays. */
function replace(list, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("#phones");
  if (fresh && fresh.innerHTML !== list.innerHTML && !list.contains(document.activeElement)) list.replaceWith(fresh);
  else if (fresh) for (const [index, state] of [...list.querySelectorAll("[data-phone-state]")].entries()) {
    const now = fresh.querySelectorAll("[data-phone-state]")[index];
    if (now && now.outerHTML !== state.outerHTML) state.replaceWith(now);
  }
}

document.body.addEventListener("push:news", () => document.querySelector("#phones") && follow());
