/**
 * A press is answered at once and not by the next page: what was pressed stays pressed (data-going), and a line runs along
 * the top, since an installed app has no browser around it that would show one.
 */

const FILES = /^\/(?:static|kb\/files|voice-notes)\/|^\/attachments\/[^/]+(?!\/view)(?:\/|$)/;       // nothing follows upon these
const PATIENCE_MS = 10_000;
const root = document.documentElement;
let pressed = null;
let timer = 0;

function go(what) {
  stay();
  pressed = what;
  pressed?.setAttribute("data-going", "");
  root.setAttribute("data-going", "");
  timer = setTimeout(stay, PATIENCE_MS);
}

function stay() {
  clearTimeout(timer);
  root.removeAttribute("data-going");
  pressed?.removeAttribute("data-going");
}

/** True for a link to another page of ours, opened here. */
function leadsOn(link) {
  const { origin, pathname, search, hash } = new URL(link.href, location.href);
  const isHere = pathname === location.pathname && search === location.search && hash;
  return origin === location.origin && !isHere && !FILES.test(pathname) && !link.download && (!link.target || link.target === "_self");
}

/* On the window: whoever does something else with the press has said so by then. */
addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a[href]");
  if (link && leadsOn(link)) go(link);
});
addEventListener("submit", (event) => {
  if (!event.defaultPrevented && event.target.method !== "dialog") go(event.submitter);
});
addEventListener("pageshow", ({ persisted }) => { if (persisted) stay(); });
