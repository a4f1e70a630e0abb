/**
 * What is asked of a reader once, at the moment when it makes sense: on the page of the ticket that he has just sent,
 * whether to tell him of the answer; when that is settled, at a later one, whether to install the app. Never twice.
 */

const SENT = "ask.sent";            // when a form of a new ticket was sent (app.js writes it down)
const ASKED_PUSH = "ask.push";
const ASKED_INSTALL = "ask.install";
const FRESH_MS = 10 * 60 * 1000;
const TICKET = /^\/tickets\/\d+$/;

export async function begin({ state, enable }) {
  document.addEventListener("htmx:after:swap", forgetRefused);
  forgetRefused();
  const isFresh = Date.now() - Number(localStorage.getItem(SENT)) < FRESH_MS;
  if (!isFresh || !TICKET.test(location.pathname)) return;
  localStorage.removeItem(SENT);
  if (canAskPush() && await state() === "off") await askPush(enable);
  else await askInstall();
}

/** A form stands here that is not the one that was sent: it came back with its faults. */
function forgetRefused() {
  const form = document.querySelector("#new-ticket");
  if (form && !("sent" in form.dataset)) localStorage.removeItem(SENT);
}

const canAskPush = () => "Notification" in window && Notification.permission === "default" && !localStorage.getItem(ASKED_PUSH);

async function askPush(enable) {
  const card = await show("push");
  card?.querySelector("[data-ask-yes]").addEventListener("click", async () => {
    localStorage.setItem(ASKED_PUSH, "yes");
    await enable().catch(() => {});
    card.remove();
  });
  card?.querySelector("[data-ask-no]").addEventListener("click", () => {
    localStorage.setItem(ASKED_PUSH, "no");
    card.remove();
  });
}

/** The browser's own prompt where it has offered it; an iPhone has none, and is told the way. */
async function askInstall() {
  const isIos = navigator.standalone === false;
  if (localStorage.getItem(ASKED_INSTALL) || (!window.installOffer && !isIos)) return;
  const card = await show(isIos ? "install-ios" : "install");
  if (!card) return;
  localStorage.setItem(ASKED_INSTALL, String(Date.now()));
  card.querySelector("[data-ask-yes]")?.addEventListener("click", () => {
    window.installOffer?.prompt();
    window.installOffer = null;
    card.remove();
  });
  card.querySelector("[data-ask-no]").addEventListener("click", () => card.remove());
}

async function show(what) {
  const answer = await fetch(`/push/ask?what=${what}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  const card = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-ask]");
  document.querySelector("#messages")?.after(card);
  return card;
}
