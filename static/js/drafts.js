/** What is typed and not sent yet, kept on this device under its owner's name: a killed page or a dead battery loses nothing. */

const PREFIX = "draft:";
const MONTH_MS = 30 * 24 * 3600 * 1000;
const PAUSE_MS = 400;
const ownPage = new Set();      // drafts of this page's own life: after a swap they come back without a word

/** Brings back the draft of `form` and keeps it from now on. Returns {drop()} for when it was sent. */
export function keepDraft(form) {
  const key = `${PREFIX}${form.dataset.owner}/${form.dataset.draft}`;
  const note = form.querySelector("[data-draft-note]");
  let timer = 0;
  let isDirty = false;      // typed since the last look, so that a page which leaves after a send keeps nothing
  const settle = (values) => { clearTimeout(timer); isDirty = false; write(key, values); };
  const save = () => { if (isDirty && form.isConnected) settle(typed(form)); };
  const drop = () => settle(null);
  form.addEventListener("input", () => {
    ownPage.add(key);
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  addEventListener("pagehide", save);
  form.querySelector("[data-draft-drop]").addEventListener("click", () => {
    drop();
    for (const field of fields(form)) if (isText(field)) fill(field, "");
    note.hidden = true;
    fields(form).find(isText)?.focus();
  });
  sweep();
  if (restore(form, read(key)) && !ownPage.has(key)) note.hidden = false;
  return { drop };
}

const isText = (field) => field.matches("textarea, input:not([type=radio])");

function fields(form) {
  return [...form.querySelectorAll("textarea[name], select[name], input[name]:is([type=text], [type=radio])")];
}

/** The values by name, or null when no word was typed: a chosen list entry alone is no draft. */
function typed(form) {
  const values = {};
  for (const field of fields(form)) if (field.type !== "radio" || field.checked) values[field.name] = field.value;
  return fields(form).some((field) => isText(field) && field.value.trim()) ? values : null;
}

/** Puts the draft back unless the server has filled the form itself. True when words came back. */
function restore(form, draft) {
  if (!draft || fields(form).some((field) => isText(field) && field.value.trim())) return false;
  for (const field of fields(form)) {
    const value = draft.values[field.name];
    if (value === undefined) continue;
    if (field.type === "radio") field.checked = field.value === value;
    else if (!field.matches("select") || [...field.options].some((option) => option.value === value)) fill(field, value);
  }
  return true;
}

function fill(field, value) {
  field.value = value;
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
function write(key, values) {
  try {
    if (values) localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
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
