/**
 * Sends a form for htmx and takes care of what can go wrong on the way: no network, a lost session, a server that is
 * restarting. Without a network the outbox takes it. Else the form stays as it is, says what happened, and «Повторить»
 * sends the same again; its client_id makes sure that nothing happens twice.
 */

import { signIn } from "./sign-in.js";

const SHOWN = new Set([409, 422]);      // answers that are the form or the ticket itself, with the reason in it
const REASONS = { 404: "gone", 403: "gone", 413: "size", 429: "often" };
const NOTHING = () => new Response(null, { status: 204 });      // htmx swaps nothing for it and reports nothing

/** What htmx calls in place of fetch. `taken` is called once the server has it, `failed` before anything is told of a fault. */
export async function send(form, action, request, { taken, failed = () => {} }) {
  form.querySelector(".send-failure")?.remove();
  for (let isAgain = false; ; isAgain = true) {
    const answer = await attempt(form, action, request);
    if (!answer?.ok && !isAgain) await failed();
    if (!answer) return (await kept(form)) ? NOTHING() : fail(form, "network");
    const isLost = answer.status === 401 || (answer.status === 400 && !isAgain);
    if (isLost && (await renewed(answer.status))) {
      renew(request);
      continue;
    }
    if (answer.status === 401) return fail(form, "session");
    if (!answer.ok && !SHOWN.has(answer.status)) return fail(form, REASONS[answer.status] ?? "server");
    if (answer.ok) await taken();
    return answer.redirectedTo ? leave(answer.redirectedTo) : answer;
  }
}

/** True when the outbox has it now, and sends it when there is a network (js/outbox-pack.js). */
async function kept(form) {
  try {
    const { keep } = await import("./outbox-pack.js");
    return await keep(form);
  } catch (error) {
    console.info("outbox", error);
    return false;
  }
}

async function attempt(form, action, request) {
  try {
    const hasFiles = request.body instanceof FormData && [...request.body.values()].some((value) => value instanceof File && value.size);
    return hasFiles ? await upload(form, action, request) : await plain(action, request);
  } catch {
    return null;
  }
}

async function plain(action, request) {
  const answer = await fetch(action, request);
  if (answer.redirected) answer.redirectedTo = answer.url;
  return answer;
}

/** The same with XMLHttpRequest, the only way to know how much of 75 MiB has gone. */
function upload(form, action, request) {
  const bar = form.querySelector("[data-send-progress]");
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(request.method, action);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => { bar.hidden = false; bar.value = loaded / total; };
    xhr.onloadend = () => { bar.hidden = true; };
    xhr.onload = () => resolve(asResponse(xhr, action));
    xhr.onerror = xhr.onabort = reject;
    request.signal.addEventListener("abort", () => xhr.abort());
    xhr.send(request.body);
  });
}

function asResponse(xhr, action) {
  const headers = new Headers();
  for (const line of xhr.getAllResponseHeaders().trim().split("\r\n")) {
    const at = line.indexOf(":");
    headers.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  const hasBody = ![204, 205, 304].includes(xhr.status);
  const answer = new Response(hasBody ? xhr.responseText : null, { status: xhr.status, headers });
  if (new URL(action, location).href !== xhr.responseURL) answer.redirectedTo = xhr.responseURL;
  return answer;
}

/** True when it makes sense to send once more. The dialog itself may fail to load: that is a no. */
async function renewed(status) {
  try {
    return status === 401 ? await signIn() : await freshen();
  } catch {
    return false;
  }
}

/** A form outlived its token (400) though the session may live: the page itself has a fresh one, or asks to sign in. */
async function freshen() {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!page || page.status === 401 || page.redirected) return signIn();
  const token = new DOMParser().parseFromString(await page.text(), "text/html").querySelector('meta[name="csrf-token"]')?.content;
  if (!token) return false;
  document.querySelector('meta[name="csrf-token"]').content = token;
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
  return true;
}

function renew(request) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  request.body.set("csrf_token", token);
  request.headers["X-CSRF-Token"] = token;
}

function leave(address) {
  location.assign(address);
  return NOTHING();
}

function fail(form, reason) {
  const template = document.querySelector("#send-failure");
  const box = template.content.firstElementChild.cloneNode(true);
  box.querySelector("[data-send-why]").textContent = template.dataset[reason];
  box.querySelector("[data-send-again]").addEventListener("click", () => form.requestSubmit());
  form.querySelector("[data-send-place]").append(box);
  box.scrollIntoView({ block: "nearest" });
  return NOTHING();
}
