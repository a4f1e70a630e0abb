/**
 * Lists of tickets. With the letter keys on, j and k walk the rows, Enter opens (the row's link has the focus) and / goes
 * to the search. The switch beside them turns them off on this device: who dictates types letters without meaning to.
 */

const LINKS = ".rows .row-card__link";
const KEYS_OFF = "list-keys-off";

function isTyping({ target }) {
  return target.matches("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");
}

function step(by) {
  const links = [...document.querySelectorAll(LINKS)];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => document.querySelector("#list-search")?.focus(),
};
const ON_RUSSIAN = { о: "j", л: "k", ".": "/" };      // the same keys when the layout is Russian

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(KEYS_OFF)) return;
  const act = KEYS[ON_RUSSIAN[event.key.toLowerCase()] ?? event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

function showKeys(place) {
  const button = place.querySelector("button");
  const word = button.querySelector("[data-on]");
  const show = () => {
    const isOff = Boolean(localStorage.getItem(KEYS_OFF));
    button.setAttribute("aria-pressed", String(!isOff));
    word.textContent = isOff ? word.dataset.off : word.dataset.on;
    place.toggleAttribute("data-is-off", isOff);
  };
  button.addEventListener("click", () => {
    if (localStorage.getItem(KEYS_OFF)) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
    show();
  });
  place.hidden = false;
  show();
}

/** The magnifier opens a dialog; pressed with a key that means another tab, or when that fails, it is a link. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-glance]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  import("./glance.js").then((module) => module.open(link)).catch(() => { location.href = link.href; });
});

/** Addresses stay short: a filter that is not set is not sent. */
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (!ctx.sourceElement.matches("[data-slim]")) return;
  for (const [name, value] of [...ctx.request.body]) if (!value) ctx.request.body.delete(name);
});

/** Who does not see the rows change hears how many there are. */
function sayCount() {
  const said = document.querySelector("#rows-said");
  const count = document.querySelectorAll(".rows .row-card").length;
  const text = count ? said.dataset.some.replace("{count}", count) : said.dataset.none;
  if (said.textContent !== text) said.textContent = text;
}

/** What is typed into the search, and how the list is sorted, goes along when another status is chosen. */
document.addEventListener("htmx:after:swap", () => {
  sayCount();
  const form = document.querySelector("#list-form");
  if (!form) return;
  const chosen = { q: form.elements.q.value.trim(), sort: form.elements.sort.value };
  for (const link of document.querySelectorAll("[data-keep-search] a")) {
    const address = new URL(link.href);
    for (const [name, value] of Object.entries(chosen)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    link.href = address.href;
  }
});

document.querySelectorAll("[data-list-keys]").forEach(showKeys);
const refresh = document.querySelector("[data-refresh]");
if (refresh) import("./list-refresh.js").then((module) => module.start(refresh)).catch(() => {});
