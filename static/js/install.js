/** «Установить на это устройство»: shown only where the browser offers to install the app by itself. */

export function start(root) {
  addEventListener("beforeinstallprompt", (offer) => {
    offer.preventDefault();
    root.hidden = false;
    root.querySelector("[data-install-now]").addEventListener("click", () => offer.prompt(), { once: true });
  });
  addEventListener("appinstalled", () => (root.hidden = true));
}
