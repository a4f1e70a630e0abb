/** «Установить на это устройство» on /install: shown only where the browser has offered to install the app by itself. */

export function start(root) {
  const show = () => (root.hidden = !window.installOffer);
  root.querySelector("[data-install-now]").addEventListener("click", async () => {
    const offer = window.installOffer;
    window.installOffer = null;      // an offer works once
    localStorage.setItem("ask.install", String(Date.now()));
    await offer?.prompt();
    show();
  });
  addEventListener("install:offer", show);
  addEventListener("appinstalled", () => { window.installOffer = null; show(); });
  show();
}
