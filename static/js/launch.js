/**
 * How the form of a new ticket was come to: ?voice=1 by the shortcut «Голосом», ?share=ID by another app that handed
 * over files and words (static/sw/share.js keeps them till now).
 */

const SHARED = "shared-1";
const ROOM = "/share/kept/";
const PATIENCE_MS = 15_000;

const asked = new URLSearchParams(location.search);

if (asked.get("voice")) once("[data-recorder-panel]:not([hidden]) [data-recorder-record]").then((button) => {
  button.scrollIntoView({ block: "center" });
  button.focus({ preventScroll: true, focusVisible: true });
});
if (asked.get("share")) once('form[data-composer="on"]').then((form) => take(form, asked.get("share")));

/** The form is given to the composer first: only then its files and words are looked after. */
function once(selector) {
  return new Promise((done) => {
    const end = performance.now() + PATIENCE_MS;
    const look = () => {
      const found = document.querySelector(selector);
      if (found) done(found);
      else if (performance.now() < end) requestAnimationFrame(look);
    };
    look();
  });
}

async function take(form, id) {
  const cache = await caches.open(SHARED);
  const told = await (await cache.match(ROOM + id))?.json();
  if (!told) return;
  const addresses = Array.from({ length: told.files }, (_none, index) => `${ROOM}${id}/${index}`);
  const files = await Promise.all(addresses.map((address) => cache.match(address).then(asFile)));
  choose(form.querySelector("input[type=file][name=files]"), files.filter(Boolean));
  write(form, told);
  history.replaceState(history.state, "", location.pathname);
  await Promise.all([ROOM + id, ...addresses].map((address) => cache.delete(address)));
}

async function asFile(answer) {
  if (!answer) return null;
  const type = answer.headers.get("Content-Type");
  return new File([await answer.blob()], decodeURIComponent(answer.headers.get("Desk-Name")), { type });
}

function choose(input, files) {
  if (!files.length) return;
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Words go where nothing stands yet; a rich editor hears of its field by its own event. */
function write(form, { title, text, url }) {
  const subject = form.elements.namedItem("subject");
  if (title && subject && !subject.value) fill(subject, title);
  const words = [text, text.includes(url) ? "" : url].filter(Boolean).join("\n");
  const field = form.elements.namedItem("description");
  if (words && field) fill(field, [field.value, words].filter(Boolean).join("\n\n"));
}

function fill(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
