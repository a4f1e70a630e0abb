/**
 * The forms that people write into: «Новая заявка» and the comment. Nothing typed or chosen is lost: a draft is kept,
 * chosen files outlive a swap of the form, and a send that fails leaves everything in place (js/send.js).
 *
 * Root: form[data-composer] with data-draft (its name) and data-owner (whose draft it is); data-composer is "on" when
 * all of this works.
 */

import { keepDraft } from "./drafts.js";
import { forgetFiles, keepFiles } from "./files.js";
import { send } from "./send.js";
import { isUnderWay, setOut, shownMark } from "./sending.js";

const PRESS_MS = 100;       // from a finger's leaving to its click
let hasJustSent = false;

export function start(form) {
  const draft = keepDraft(form);
  keepFiles(form);
  form.addEventListener("htmx:config:request", ({ target, detail }) => {
    if (target !== form) return;
    const mark = form.matches(".composer") && shownMark();
    if (mark) detail.ctx.request.body.set("since", mark);
    detail.ctx.fetch = (action, request) => goOut(form, draft, action, request);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("mousedown", (event) => stayInText(event, form));
  form.dataset.composer = "on";
  import("./outbox-pack.js").catch(() => {});      // ahead: it is for the moment when nothing can be loaded
  if (hasJustSent) showLatest(form);
}

/** A press on a button leaves the focus in the text: a phone's keyboard stays up, and nothing moves under the thumb. */
function stayInText(event, form) {
  const isTyping = form.matches(".composer") && document.activeElement?.matches("textarea, [contenteditable]") && form.contains(document.activeElement);
  if (isTyping && event.target.closest("button, label")) event.preventDefault();
}

/** A comment leaves the form at once; a new ticket stays in its own until it is taken. */
async function goOut(form, draft, action, request) {
  const way = form.matches(".composer") ? setOut(form) : null;
  if (!way) return send(form, action, request, { taken: () => sent(form, draft) });
  const taken = async () => {
    await way.gone();
    draft.keep();      // what was typed since
    showSent(form);
  };
  return send(form, action, request, { taken, failed: way.back }).finally(way.end);
}

function sent(form, draft) {
  draft.drop();
  forgetFiles(form);
  hasJustSent = true;
}

/** After a comment: say so to those who listen, and let a keyboard go on. A phone's keyboard stays as it is. */
function showSent(form) {
  hasJustSent = false;
  const status = document.querySelector("#ticket-said");
  if (status) status.textContent = status.dataset.sent;
  if (matchMedia("(pointer: fine)").matches) form.querySelector("textarea")?.focus({ preventScroll: true });
}

/** The same when the whole ticket has come anew: show the comment. */
function showLatest(form) {
  const messages = document.querySelectorAll("#ticket-timeline .message");
  messages[messages.length - 1]?.scrollIntoView({ block: "center" });
  showSent(form);
}

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement } = event.detail.ctx;      // nobody waits for what these ask: news, and what goes with a subject
  const isIdle = sourceElement.matches("[data-poll]") ? document.hidden || !navigator.onLine || isUnderWay() : sourceElement.matches("input") && !navigator.onLine;
  if (isIdle) event.preventDefault();
});
document.addEventListener("click", ({ target }) => {      // a link of the status menu leads to a form of this page
  target.closest("[popover] a[href^='#']")?.closest("[popover]").hidePopover();
});

/* A press elsewhere takes the focus, and the tools would go at once: what was pressed would slip from under the thumb. */
document.addEventListener("pointerdown", ({ target }) => {
  const form = document.querySelector("form.composer");
  form?.classList.toggle("composer--held", form.contains(document.activeElement) && !form.contains(target));
}, { capture: true });
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => setTimeout(() => document.querySelector("form.composer")?.classList.remove("composer--held"), PRESS_MS));
}
