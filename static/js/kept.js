/**
 * A page that came from this device, because the network was silent: <html data-kept-at="milliseconds">. Says its age in
 * the [data-age] bar, whose words are data-today, data-earlier ({day}, {time}) and data-fresh; comes anew when it can.
 */

const DAY_MS = 24 * 3600 * 1000;

export function start(root) {
  const bar = document.querySelector("[data-age]");
  if (!bar) return;      // a copy from before there was one
  const at = new Date(Number(root.dataset.keptAt));
  bar.querySelector("[data-kept-words]").textContent = ageIn(bar.dataset, at);
  bar.hidden = false;
  bar.querySelector("[data-kept-again]").addEventListener("click", () => location.reload());
  addEventListener("online", comeAnew);
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data?.type !== "fresh" || new URL(data.url).pathname !== location.pathname) return;
    if (isIdle()) location.reload();
    else bar.querySelector("[data-kept-words]").textContent = bar.dataset.fresh;
  });
}

function ageIn({ today, earlier }, at) {
  const language = document.documentElement.lang;
  const time = at.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  if (at.toDateString() === new Date().toDateString()) return today.replace("{time}", time);
  const isLately = Date.now() - at < 300 * DAY_MS;
  const day = at.toLocaleDateString(language, { day: "numeric", month: "long", year: isLately ? undefined : "numeric" });
  return earlier.replace("{day}", day).replace("{time}", time);
}

const comeAnew = () => { if (isIdle()) location.reload(); };

/** Nothing is typed or chosen that a reload could take from under the reader's hands. */
function isIdle() {
  const fields = [...document.querySelectorAll("main textarea, main input:not([type=hidden])")];
  const isTyped = fields.some((field) => (field.type === "file" ? field.files.length : field.value !== field.defaultValue));
  return !isTyped && !document.activeElement?.matches("textarea, input, select, [contenteditable]");
}
