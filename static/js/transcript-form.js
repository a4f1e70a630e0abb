/**
 * Under a recording in a form, once it is recognised: the words that were not heard clearly, to listen to and correct in
 * the text, and offers for the form's fields. An offer is taken or dismissed by one press and fills only what is empty.
 *
 * Root: [data-recorder-list], the recordings of a form; each has a place for it, [data-note-words], and its state in
 * data-state. The part comes from GET /voice-notes/ID/words (templates/voice_notes/_words.html).
 */

import { readField, writeField } from "./fields.js";

const LONGEST_SUBJECT = 200;
const done = new Set();     // offers that were pressed: after a refused try they do not come again

export function start(list) {
  const look = () => { for (const note of list.querySelectorAll(".recorded[data-state=done]")) ask(note); };
  new MutationObserver(look).observe(list, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state"] });
  list.closest("form")?.addEventListener("input", () => showOffers(list));
  list.closest("form")?.addEventListener("change", () => showOffers(list));
  look();
}

async function ask(note) {
  const place = note.querySelector("[data-note-words]");
  const id = note.querySelector("input[name=voice_note_ids]").value;
  if (!id || !place || place.dataset.asked === id) return;
  place.dataset.asked = id;
  const { form } = note.querySelector("input[name=voice_note_ids]");
  const query = form?.elements.serial_numbers ? "?offers=1" : "";
  const answer = await fetch(`/voice-notes/${id}/words${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;      // they are help, not more: the text itself is there
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-heard]");
  place.replaceChildren(...(part ? [part] : []));
  if (part) wire(part, note, form);
}

function wire(part, note, form) {
  part.addEventListener("click", ({ target }) => {
    const doubt = target.closest("[data-doubt]");
    const button = target.closest("[data-offer-take], [data-offer-drop]");
    if (doubt) check(doubt, note, form);
    if (button) settle(button.closest("[data-offer]"), form, button.matches("[data-offer-take]"));
  });
  showOffers(note.parentElement);
}

/** Plays the word; where there is a keyboard it is chosen in the text as well, ready to be typed over. */
function check(doubt, note, form) {
  const audio = note.querySelector("[data-note-audio]");
  for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
  audio.currentTime = Number(doubt.dataset.doubt);
  audio.play().catch(() => {});
  if (!matchMedia("(pointer: fine)").matches) return;
  const field = form?.querySelector(`#${CSS.escape(note.closest("[data-recorder]").dataset.target)}`);
  const at = field && placeOf(doubt, note, field.value);
  if (at === undefined || at < 0 || field.hidden) return;
  field.focus();
  field.setSelectionRange(at, at + doubt.textContent.length);
}

/** Where the word stands in what is in the field now: -1 when it was corrected already. */
function placeOf(doubt, note, text) {
  const whole = text.indexOf(note.querySelector("[data-note-text]").textContent);
  if (whole >= 0) return whole + Number(doubt.dataset.from);
  const word = doubt.textContent.trim();
  const places = [...text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape?.(word) ?? word.replace(/[^\p{L}\p{N}\s]/gu, "\\$&")}(?![\\p{L}\\p{N}])`, "gu"))];
  const nearest = places.toSorted((one, other) => Math.abs(one.index - doubt.dataset.from) - Math.abs(other.index - doubt.dataset.from))[0];
  return nearest?.index ?? -1;
}

const keyOf = (offer) => [offer.closest("[data-heard]").dataset.heard, offer.dataset.offer, offer.dataset.value].join(" ");

function settle(offer, form, isTaken) {
  const part = offer.closest("[data-heard]");
  const said = part.getAttribute(isTaken ? "data-text-done" : "data-text-dropped").replace("{what}", offer.dataset.name);
  done.add(keyOf(offer));
  const next = [...part.querySelectorAll("[data-offer]:not([hidden])")].find((one) => one !== offer);
  if (isTaken) FILL[offer.dataset.offer](form, offer.dataset.value);
  showOffers(part.closest("[data-recorder-list]"));
  part.querySelector("[data-heard-said]").textContent = said;
  (next && !next.hidden ? next.querySelector("[data-offer-take]") : part.closest(".recorded").querySelector("[data-note-remove]"))?.focus({ preventScroll: true });
}

/** What each offer would fill, and whether that still lacks it: what somebody typed or chose stays. */
const LACKS = {
  serial_numbers: (form, value) => !readField(form.elements.serial_numbers).toLowerCase().split(/;\s*/).includes(value.toLowerCase()),
  order_number: (form) => !form.elements.order_number.value.trim(),
  subject: (form) => !form.elements.subject.value.trim(),
  article: (form, value) => !form.elements.subject.value.toLowerCase().includes(value.toLowerCase()) && form.elements.subject.value.length + value.length < LONGEST_SUBJECT,
  type: (form) => !form.elements.type.value,
};
const FILL = {
  serial_numbers: (form, value) => write(form.elements.serial_numbers, [readField(form.elements.serial_numbers), value].filter(Boolean).join("; ")),
  order_number: (form, value) => write(form.elements.order_number, value),
  subject: (form, value) => write(form.elements.subject, value),
  article: (form, value) => write(form.elements.subject, `${form.elements.subject.value.trim()} ${value}`.trim()),
  type: (form, value) => {
    form.elements.type.value = value;
    form.elements.type.dispatchEvent(new Event("change", { bubbles: true }));
  },
};

function write(field, value) {
  writeField(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function showOffers(list) {
  const { form } = list.querySelector("input[name=voice_note_ids]") ?? {};
  if (!form) return;
  for (const offer of list.querySelectorAll("[data-offer]")) {
    offer.hidden = done.has(keyOf(offer)) || !LACKS[offer.dataset.offer](form, offer.dataset.value);
  }
  for (const group of list.querySelectorAll("[data-offers]")) {
    group.hidden = ![...group.querySelectorAll("[data-offer]")].some((offer) => !offer.hidden);
  }
}
