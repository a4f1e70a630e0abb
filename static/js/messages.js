/**
 * Tell the person something once, in the page's polite live region. `kind`: info, success, warning or error.
 * `isQuiet`: nobody waits for it, so the page stays where it is and the same words are not said again.
 */

const ICONS = { info: "info", success: "circle-check", warning: "triangle-alert", error: "circle-alert" };

export function say(text, kind = "info", { isQuiet = false } = {}) {
  const region = document.querySelector("#messages");
  if (isQuiet && region.textContent.trim() === text) return;
  const box = document.createElement("div");
  box.className = `notice notice--${kind}`;
  const words = document.createElement("p");
  words.textContent = text;
  box.append(icon(ICONS[kind]), words);
  region.replaceChildren(box);
  if (!isQuiet) box.scrollIntoView({ block: "nearest" });
}

/** An icon of the page's own sprite: its address, with its fingerprint, is known from any icon that stands there. */
function icon(name) {
  const sprite = document.querySelector("svg.icon > use")?.getAttribute("href").split("#")[0] ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.classList.add("icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}
