/**
 * What is typed and not sent yet, kept on this device under its owner's name: a killed page or a dead battery loses
 * nothing. It comes back by itself, and the form says from when it is, so that going on costs no press and whatever is
 * typed next is never laid over it.
 */

import { readField, writeField } from "./fields.js";

const PREFIX = "draft:";
const MONTH_MS = 30 * 24 * 3600 * 1000;
const PAUSE_MS = 400;
const LONG = new Set(["body", "description"]);      // where what was typed and what comes back can stand together
const away = new WeakMap();     // form -> what was typed in it and is on its way to the server
const ownPage = new Set();      // drafts of this page's own life: after a swap they come back without a word

/** Brings back the draft of `form` and keeps it from now on. Returns {drop(), keep()}: it was sent; what stands there now. */
export function keepDraft(form) {
  const key = keyOf(form);
  const note = form.querySelector("[data-draft-note]");
  let timer = 0;
  let isDirty = false;      // typed since the last look, so that a page which leaves after a send keeps nothing
  const settle = (draft) => { clearTimeout(timer); isDirty = false; write(key, draft); };
  const save = () => { if (isDirty && form.isConnected) settle(typed(form)); };
  const drop = () => settle(null);
  form.addEventListener("input", () => {
    ownPage.add(key);
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  form.addEventListener("draft:drop", drop);
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });      // a phone may never come back to it
  note.querySelector("[data-draft-drop]").addEventListener("click", () => {
    drop();
    clear(form);
    note.hidden = true;
    fields(form).find(isText)?.focus();
  });
  note.querySelector("[data-draft-keep]")?.addEventListener("click", () => { note.hidden = true; });
  sweep();
  const draft = read(key);
  if (restore(form, draft) && !ownPage.has(key)) offer(note, draft.at);
  return { drop, keep: () => settle(typed(form)) };
}

const keyOf = (form) => `${PREFIX}${form.dataset.owner}/${form.dataset.draft}`;

/** Empties the form and forgets its draft: what stood in it is elsewhere now. */
export function clear(form) {
  for (const field of fields(form)) if (isText(field)) fill(field, "", "");
  form.dispatchEvent(new Event("draft:drop"));
}

/**
 * Takes what is typed out of the form while it goes to the server; the draft has it still, should the page be lost.
 * Returns {back(), gone()}: back into the form, above what was typed since; or it has arrived.
 */
export function lift(form) {
  const draft = typed(form);
  away.set(form, draft);
  for (const field of fields(form)) if (isText(field)) fill(field, "", "");
  form.querySelector("[data-draft-note]").hidden = true;
  const gone = () => away.delete(form);
  return { gone, back: () => { const now = typed(form); gone(); putBack(form, now ?? draft); } };
}

function putBack(form, draft) {
  for (const field of fields(form)) {
    if (isText(field) && draft?.values[field.name]) fill(field, draft.values[field.name], draft.formats[field.name] ?? "");
  }
}

/** What stands in the form, for `putDraft` to bring back some day. */
export function draftOf(form) {
  return { key: keyOf(form), ...typed(form) };
}

/** Lays a draft of `draftOf` where its form will find it; what is being typed there stays, above it. */
export function putDraft({ key, values = {}, formats = {} }) {
  const there = read(key);
  const both = { ...values };
  for (const [name, value] of Object.entries(there?.values ?? {})) {
    if (LONG.has(name) && value.trim() && there.formats?.[name] === formats[name]) both[name] = `${value}\n\n${both[name]}`;
  }
  write(key, { values: both, formats });
}

/** «У Вас есть черновик от 13:50»: the time of today, else the day too. */
function offer(note, at) {
  const place = note.querySelector("[data-draft-time]");
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const day = isToday ? {} : { day: "numeric", month: "long" };
  if (place) place.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
  note.hidden = false;
}

const isText = (field) => field.matches("textarea, input:not([type=radio])");
const isFilled = (field) => isText(field) && Boolean(readField(field).trim());

function fields(form) {
  return [...form.querySelectorAll("textarea[name], select[name], input[name]:is([type=text], [type=radio])")];
}

/** The values by name, or null when no word was typed: a chosen list entry alone is no draft. */
function typed(form) {
  const draft = { values: {}, formats: {} };
  for (const field of fields(form)) {
    if (field.type === "radio" && !field.checked) continue;
    draft.values[field.name] = readField(field);
    if (field.dataset.editor) draft.formats[field.name] = field.dataset.editor;
  }
  const isTyped = fields(form).some(isFilled);
  if (!away.get(form)) return isTyped ? draft : null;
  return isTyped ? joined(away.get(form), draft) : away.get(form);
}

/** Both, one above the other; plain words beside formatted ones become formatted. */
function joined(first, then) {
  const both = { values: { ...first.values }, formats: { ...first.formats } };
  for (const name of Object.keys(then.values)) {
    const [one, other] = [first.values[name] ?? "", then.values[name]];
    if (!LONG.has(name) || !other.trim() || !one.trim()) both.values[name] = other.trim() ? other : one;
    else if (first.formats[name] || then.formats[name]) {
      both.values[name] = [[one, first.formats[name]], [other, then.formats[name]]].map(([text, format]) => (format ? text : asHtml(text))).join("");
      both.formats[name] = "html";
    } else both.values[name] = `${one}\n\n${other}`;
  }
  return both;
}

function asHtml(text) {
  const holder = document.createElement("p");
  holder.textContent = text;
  return holder.outerHTML;
}

/** Puts the draft back unless the server has filled the form itself. True when words came back. */
function restore(form, draft) {
  if (!draft?.values || fields(form).some(isFilled)) return false;
  for (const field of fields(form)) {
    const value = draft.values[field.name];
    if (value === undefined) continue;
    if (field.type === "radio") field.checked = field.value === value;
    else if (!field.matches("select")) fill(field, value, draft.formats?.[field.name] ?? "");
    else if ([...field.options].some((option) => option.value === value)) choose(field, value);
  }
  return true;
}

function choose(list, value) {
  list.value = value;
  list.dispatchEvent(new Event("change"));      // its hint follows
}

/** `format`: "html" for what the rich editor made (js/editor.js). */
function fill(field, value, format) {
  if (field.matches("[data-editor]")) field.dataset.editor = format;
  writeField(field, value);
  if (field.name === "continues" && value) field.closest("details").open = true;
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** A browser that refuses storage (a private window, a full disk) only loses the second copy. */
function write(key, draft) {
  try {
    if (draft) localStorage.setItem(key, JSON.stringify({ at: Date.now(), ...draft }));
    else localStorage.removeItem(key);
  } catch (error) {
    console.warn("draft storage", error);
  }
}

function sweep() {
  const keys = (() => { try { return Object.keys(localStorage); } catch { return []; } })();
  for (const key of keys) {
    if (key.startsWith(PREFIX) && !((read(key)?.at ?? 0) > Date.now() - MONTH_MS)) write(key, null);
  }
}
