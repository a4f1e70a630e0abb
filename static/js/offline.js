/** The page for «no network»: [data-kept-list] lists what can be read on this device now, the newest first. */

import { ask } from "./worker.js";

export async function start(root) {
  const found = (await ask("listKept").catch(() => [])) ?? [];
  if (!found.length) return;
  const list = root.querySelector("ul");
  const row = root.querySelector("template").content.firstElementChild;
  for (const { path, title, keptAt } of found.sort((one, other) => other.keptAt - one.keptAt)) {
    const item = row.cloneNode(true);
    item.querySelector("a").href = path;
    item.querySelector("[data-title]").textContent = plain(title);
    item.querySelector("time").textContent = new Date(keptAt).toLocaleString(document.documentElement.lang, {
      day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
    });
    list.append(item);
  }
  root.hidden = false;
}

/** A title as it stood in the page's source, its entities read. */
function plain(title) {
  return new DOMParser().parseFromString(title, "text/html").body.textContent;
}
