/** Lists of tickets: j and k walk the rows, Enter opens (the row's link has the focus), / goes to the search. */

const LINKS = ".rows .row-card__link";

function isTyping({ target }) {
  return target.matches("input, textarea, select, [contenteditable]");
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
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[ON_RUSSIAN[event.key.toLowerCase()] ?? event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
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
  said.textContent = count ? said.dataset.some.replace("{count}", count) : said.dataset.none;
}

/** What is typed into the search goes along when another status is chosen. */
document.addEventListener("htmx:after:swap", () => {
  sayCount();
  const words = document.querySelector("#list-search")?.value.trim() ?? "";
  for (const link of document.querySelectorAll("[data-keep-search] a")) {
    const address = new URL(link.href);
    if (words) address.searchParams.set("q", words);
    else address.searchParams.delete("q");
    link.href = address.href;
  }
});
