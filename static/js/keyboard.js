/**
 * A phone's keyboard lies over the page where the browser makes no room for it (iOS): what has to stand above it learns
 * how high it is, by --keyboard on the root, there while data-keyboard is. Loaded with the first field that gets the focus.
 */

const LEAST_PX = 120;       // less is a bar of the browser, or of the keyboard
const view = window.visualViewport;
const root = document.documentElement;

function look() {
  const covered = view.scale > 1.01 ? 0 : root.clientHeight - view.height - view.offsetTop;      // a page that is zoomed into is seen in part too
  const isUp = covered > LEAST_PX;
  root.toggleAttribute("data-keyboard", isUp);
  root.style.setProperty("--keyboard", isUp ? `${Math.round(covered)}px` : "0px");
}

for (const name of view ? ["resize", "scroll"] : []) view.addEventListener(name, look);
if (view) look();
