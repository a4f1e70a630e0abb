/**
 * Pulled down at its top, a list or a ticket is asked for anew. Only in the installed app: a browser has that of its own, and
 * the app's own is switched off for it (html[data-pull] in feel.css).
 *
 * Root: #pull, the mark that follows the finger; its words for those who listen are #pull-said's.
 */

const FIRST_PX = 10;        // less is a finger that trembles
const READY_PX = 64;        // as far as the mark comes down, and must, for the page to be asked for
const RESISTANCE = 0.45;
const OWN_TOUCH = "textarea, audio, video, [contenteditable], .composer, .menu, :focus";

export function start(mark) {
  let from = null;          // where the finger came down
  let way = 0;              // how far the mark has come
  let isAsking = false;
  document.documentElement.toggleAttribute("data-pull", true);

  const move = (pixels) => {
    way = pixels;
    mark.hidden = pixels <= 0;
    mark.style.setProperty("--pull", `${pixels}px`);
    mark.style.setProperty("--pulled", Math.min(1, pixels / READY_PX));
    mark.classList.toggle("is-ready", pixels >= READY_PX);
  };

  addEventListener("touchstart", ({ touches, target }) => {
    from = !isAsking && touches.length === 1 && isAtTop(target) ? { x: touches[0].clientX, y: touches[0].clientY } : null;
  }, { passive: true });
  addEventListener("touchmove", ({ touches: [touch] }) => {
    if (!from) return;
    const [across, down] = [Math.abs(touch.clientX - from.x), touch.clientY - from.y];
    if (!way && (across > Math.abs(down) || down < 0 || scrollY > 0)) from = null;      // a swipe, or the page scrolls after all
    else if (way || down > FIRST_PX) move(Math.max(0.1, Math.min(READY_PX, (down - FIRST_PX) * RESISTANCE)));
  }, { passive: true });
  addEventListener("touchcancel", () => { from = null; move(0); });
  addEventListener("touchend", async () => {
    if (!from) return;
    from = null;
    if (way < READY_PX) return move(0);
    isAsking = true;
    mark.classList.add("is-asking");
    await refresh().finally(() => {
      isAsking = false;
      mark.classList.remove("is-asking");
      move(0);
    });
  });
}

/** Nothing is open over the page, nothing else would scroll or move under the finger. */
function isAtTop(target) {
  if (scrollY > 0 || (visualViewport?.scale ?? 1) > 1.01 || document.querySelector("dialog[open], :popover-open") || target.closest(OWN_TOUCH)) return false;
  for (let one = target; one && one !== document.body; one = one.parentElement) if (one.scrollTop > 0) return false;
  return true;
}

async function refresh() {
  const said = document.querySelector("#pull-said");
  said.textContent = said.dataset.asking;
  let isFailed = false;
  const note = () => { isFailed = true; };
  for (const name of ["htmx:error", "htmx:response:error"]) document.addEventListener(name, note);
  await askAnew();
  for (const name of ["htmx:error", "htmx:response:error"]) document.removeEventListener(name, note);
  said.textContent = isFailed ? said.dataset.failed : said.dataset.done;
}

/** What came since, below what stands in an open ticket; the first rows of a list; anything else as a whole. */
async function askAnew() {
  const rows = document.querySelector("#ticket-rows, #desk-rows");
  const news = document.querySelector("#ticket-news[data-poll]");
  if (document.documentElement.dataset.keptAt || !(rows || news)) location.reload();
  else if (rows) await window.htmx.ajax("GET", location.href, { target: rows, swap: "innerHTML" });
  else await window.htmx.ajax("GET", news.getAttribute("hx-get"), { source: news, target: news, swap: "outerHTML" });
}
