/**
 * Sign in over the page when the session was lost while somebody was typing: what is typed stays where it is.
 *
 * `signIn()` resolves to true when the person is signed in again and the page's CSRF token is fresh, false when they
 * closed the dialog. Without the dialog's fragment it leaves for the sign-in page.
 */

const LOGIN = "/login";

let running = null;

export function signIn() {
  running ??= ask().finally(() => (running = null));
  return running;
}

async function ask() {
  const answer = await fetch(LOGIN, { headers: { "HX-Request": "true" } });
  const dialog = fragment(await answer.text());
  if (!dialog) return leave();
  document.body.append(dialog);
  fillIn(dialog);
  window.htmx?.process(dialog);      // so that app.js starts what stands in it
  dialog.showModal();
  const isDone = await new Promise((resolve) => wire(dialog, resolve));
  dialog.remove();
  return isDone;
}

function fragment(html) {
  const found = new DOMParser().parseFromString(html, "text/html").querySelector("dialog[data-sign-in]");
  return found && document.importNode(found, true);
}

/** Whose text stands in the page is known: on a roof only the password is left to type. */
function fillIn(dialog) {
  const owner = document.querySelector("form[data-owner]")?.dataset.owner;
  const login = dialog.querySelector("[name=login]");
  if (owner) login.value = owner;
  (owner ? dialog.querySelector("[name=password]") : login).autofocus = true;
}

function leave() {
  location.href = `${LOGIN}?next=${encodeURIComponent(location.pathname + location.search)}`;
  return new Promise(() => {});
}

function wire(dialog, resolve) {
  dialog.addEventListener("close", () => resolve(false));
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-close]")) dialog.close();
  });
  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send(event.target, dialog)) resolve(true);
  });
}

/** Post the form; on a refusal put the answered form in the place of the old one. Whatever else asked meanwhile, another
    tab or a poll, may have been given a session of its own: then the form goes once more with that one's token. */
async function send(form, dialog, isLast = false) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { "HX-Request": "true" },
  }).catch(() => null);
  button.disabled = false;
  if (!answer) return false;
  const again = answer.ok ? null : fragment(await answer.text());
  if (!isLast && again?.querySelector(".notice--error[role=alert]")) {      // not a fault of a field: the token's
    form.elements.csrf_token.value = again.querySelector("[name=csrf_token]").value;
    return send(form, dialog, true);
  }
  if (again) {
    dialog.replaceChildren(...again.childNodes);
    window.htmx?.process(dialog);
    dialog.querySelector("[aria-invalid], [name=password]")?.focus();
  }
  return answer.ok && (await freshen());
}

/** A new session has a new CSRF token: take it from the page's own address and give it to every form that stands here. */
async function freshen() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector('meta[name="csrf-token"]')?.content;
  if (!token) return false;
  document.querySelector('meta[name="csrf-token"]').content = token;
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
  return true;
}
