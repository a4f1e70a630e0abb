/**
 * S78 «Автообновление списка»: the first rows are asked for anew every so often, while the page is looked at and nobody is
 * in the middle of something. How often is remembered on this device.
 */

const KEY = "list-refresh";
let timer = 0;

export function start(place) {
  const select = place.querySelector("select");
  const rows = document.querySelector(place.dataset.refresh);
  select.value = localStorage.getItem(KEY) ?? "0";
  if (select.selectedIndex < 0) select.value = "0";
  select.addEventListener("input", (event) => event.stopPropagation());      // it filters nothing
  select.addEventListener("change", (event) => {
    event.stopPropagation();
    localStorage.setItem(KEY, select.value);
    again(rows, Number(select.value));
  });
  place.hidden = false;
  again(rows, Number(select.value));
}

function again(rows, seconds) {
  clearInterval(timer);
  if (seconds) timer = setInterval(() => refresh(rows).catch(() => {}), seconds * 1000);
}

/** Whoever has scrolled on, or has a ticket open over the list, keeps what he looks at. */
function isBusy(rows) {
  return document.hidden || document.querySelector("dialog[open]") || rows.querySelectorAll(".row-card").length > 20
    || document.activeElement?.matches("#list-search");
}

async function refresh(rows) {
  if (isBusy(rows)) return;
  const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok || isBusy(rows)) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  if (digest(fresh.content) === digest(rows)) return;
  const focused = rows.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  rows.replaceChildren(fresh.content);
  window.htmx?.process(rows);
  if (focused) rows.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function digest(scope) {
  return [...scope.querySelectorAll(".row-card")].map((row) => row.className + row.textContent).join("\n");
}
