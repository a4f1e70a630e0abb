/**
 * A file over the page: links with data-viewer lead to a page of one file, and here its content fills a dialog. Arrow keys,
 * a swipe and the links in it lead on; Escape, a phone's «back» and the cross lead out. A press on a picture shows it in full size.
 *
 * Root: a[data-viewer] in a thread. A press with a modifier opens the page itself, as everywhere.
 */

const SWIPE_PX = 50;
const EDGE_PX = 28;         // from there the browser's own swipe leads back
let dialog = null;
let comesFrom = null;       // the link that the keyboard goes back to

export function start(link) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    comesFrom = link;
    open(link.href);
  });
}

async function open(address) {
  dialog ??= make();
  dialog.setAttribute("aria-busy", "true");
  const view = await load(address);
  dialog.removeAttribute("aria-busy");
  if (!view) {
    location.href = address;        // a lost session or a lost network: the browser says which
    return;
  }
  dialog.replaceChildren(view);
  dialog.setAttribute("aria-label", view.getAttribute("aria-label"));
  if (!dialog.open) dialog.showModal();         // a phone's «back» closes it, as it does every dialog
  view.querySelector("[data-view-name]").focus({ preventScroll: true });
}

async function load(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-view]");
  return found && document.importNode(found, true);
}

function make() {
  const made = document.createElement("dialog");
  made.className = "viewer-dialog";
  made.addEventListener("click", press);
  made.addEventListener("keydown", (event) => {
    if (event.target.closest("audio, video, .viewer__paper")) return;      // there the arrows have a meaning already
    if (event.key === "ArrowLeft") step("before");
    if (event.key === "ArrowRight") step("after");
  });
  made.addEventListener("close", closed);
  swipes(made);
  document.body.append(made);
  return made;
}

function press(event) {
  const link = event.target.closest("[data-view-step], [data-view-close], [data-view-zoom]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.matches("[data-view-zoom]")) dialog.querySelector("[data-view-stage]").classList.toggle("is-large");
  else if (link.matches("[data-view-close]")) dialog.close();
  else open(link.href);
}

function step(way) {
  const link = dialog.querySelector(`[data-view-step="${way}"]`);
  if (link) open(link.href);
}

/** One finger sideways; two fingers zoom, and on an enlarged picture one finger moves it. */
function swipes(made) {
  let from = null;
  made.addEventListener("touchstart", ({ touches, target }) => {
    const isFree = touches.length === 1 && touches[0].clientX > EDGE_PX && touches[0].clientX < innerWidth - EDGE_PX && !target.closest(".is-large, audio, video, .viewer__paper") && (visualViewport?.scale ?? 1) === 1;
    from = isFree ? { x: touches[0].clientX, y: touches[0].clientY } : null;
  }, { passive: true });
  made.addEventListener("touchend", ({ changedTouches: [touch] }) => {
    if (!from) return;
    const across = touch.clientX - from.x;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(touch.clientY - from.y)) step(across > 0 ? "before" : "after");
    from = null;
  }, { passive: true });
}

function closed() {
  dialog.replaceChildren();       // what plays falls silent
  if (comesFrom?.isConnected) comesFrom.focus();
}
