/** «Сохранить на телефоне»: [data-pin] is a button whose data-on and data-off are its words; it says what is so now. */

import { ask } from "./worker.js";
import { say } from "./messages.js";

export async function start(button) {
  if (!navigator.serviceWorker || !document.body.matches(".signed-in")) return;
  const url = location.pathname;
  show(button, (await ask("isPinned", { url }).catch(() => null))?.isPinned ?? false);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const isOn = button.getAttribute("aria-pressed") === "true";
    button.disabled = true;
    const answer = await ask(isOn ? "unpin" : "pin", { url }).catch(() => null);
    button.disabled = false;
    if (!isOn && !answer?.isPinned) return say(button.dataset.failed, "warning");
    show(button, answer?.isPinned ?? isOn);
  });
}

function show(button, isPinned) {
  button.setAttribute("aria-pressed", String(isPinned));
  button.querySelector("[data-pin-words]").textContent = isPinned ? button.dataset.on : button.dataset.off;
}
