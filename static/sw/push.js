/* Notifications: every push is shown, an unreadable one too: iOS ends a subscription after silent ones, Chromium
   shows a text of its own. */

const ICON = `${OWN}icons/icon-192.png`;
const BADGE = `${OWN}icons/badge-96.png`;

self.addEventListener("push", (event) => event.waitUntil(ring(newsIn(event.data))));

function newsIn(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

async function ring({ id, title, body, tag, url, actions, done, receipt, unread }) {
  const shown = tag ? await self.registration.getNotifications({ tag }).catch(() => []) : [];
  const isRepeat = Boolean(id) && shown.some((other) => other.data?.id === id);    // delivered twice: don't buzz twice
  await self.registration.showNotification(title || location.hostname, {
    body, tag, icon: ICON, badge: BADGE, actions: actions ?? [],
    data: { id, url: here(url).href, tag, done, receipt: receipt ? here(receipt).href : "" },
    renotify: Boolean(tag) && !isRepeat, silent: isRepeat ? true : null,    // same ticket, new message: buzz again
  });
  await Promise.all([mark(unread), confirm(receipt, "shown")]);
  for (const client of await windows()) client.postMessage({ type: "push", url: here(url).href, tag });
}

/* The number on the app's icon, where there is one. */
async function mark(unread) {
  if (!Number.isInteger(unread) || !("setAppBadge" in navigator)) return;
  await (unread ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => {});
}

/* Tells the server that the message has come; its address is signed, so no session is needed. */
async function confirm(receipt, what) {
  if (!receipt) return;
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ what }), keepalive: true };
  await fetch(here(receipt), options).catch(() => {});
}

self.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  const { url, receipt } = notification.data ?? {};
  notification.close();
  const opened = confirm(receipt, "opened");
  if (action === "resolve") return event.waitUntil(Promise.all([resolve(notification), opened]));
  const address = here(url);
  if (action === "reply") address.hash = "reply";
  event.waitUntil(Promise.all([open(address), opened]));
});

/* «Решено» under the reader's own session; where that is refused he sees the ticket and why. */
async function resolve({ title, data }) {
  const url = here(data.url);
  try {
    const { csrf_token } = await (await fetch("/push/public-key", { headers: { Accept: "application/json" } })).json();
    const headers = { "X-CSRF-Token": csrf_token, "X-Requested-With": "fetch" };
    const answer = await fetch(`${url.pathname}/resolve`, { method: "POST", headers, redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
  } catch {
    return open(url);
  }
  await self.registration.showNotification(title, {
    body: data.done, tag: data.tag, icon: ICON, badge: BADGE, silent: true, data: { id: "", url: url.href, tag: data.tag },
  });
  for (const client of await windows()) client.postMessage({ type: "push", url: url.href, tag: data.tag });
}

/* A window on that very page comes to the front; another one stays as it is, since something may be typed there.
   Only where the browser refuses to open a window does one that is there lead on. */
async function open(url) {
  const all = await windows();
  let told = all.find((client) => new URL(client.url).pathname === url.pathname);
  if (!told) {
    try {
      return void await self.clients.openWindow(url.href);
    } catch {
      told = all[0];
    }
  }
  told?.postMessage({ type: "open", url: url.href });
  await told?.focus().catch(() => {});
}

function windows() {
  return self.clients.matchAll({ type: "window", includeUncontrolled: true });
}

/* A push never leads to another site, and a broken address must not keep it from being shown. */
function here(address) {
  const front = new URL("/", location.origin);
  try {
    const url = new URL(address || "/", front);
    return url.origin === front.origin ? url : front;
  } catch {
    return front;
  }
}

/* The browser changed its endpoint: the server must learn the new one, or it rings nowhere. */
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil((async () => {
  const { key, csrf_token } = await (await fetch("/push/public-key", { headers: { Accept: "application/json" } })).json();
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const subscription = event.newSubscription ?? await self.registration.pushManager.subscribe(options);
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf_token ?? "" };
  await fetch("/push/subscriptions", { method: "POST", headers, body: JSON.stringify(subscription) });
})()));
