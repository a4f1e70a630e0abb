/**
 * The thread of a ticket: answering one comment, finding the one that was answered, earlier ones without a jump, and a
 * pill for what came below. Nothing here scrolls by itself: who reads, listens or types is left alone.
 *
 * Root: #ticket-timeline; its list is #timeline-list, the composer's quote [data-quote], the pill [data-news-pill].
 */

const LONGEST_QUOTE = 160;

export function start(timeline) {
  const list = timeline.querySelector("#timeline-list");
  let last = lastOf(list);
  let first = list.querySelector(".message");
  let top = 0;
  timeline.addEventListener("htmx:before:swap", () => { top = first?.getBoundingClientRect().top ?? 0; });
  new MutationObserver(() => {
    dropTwins(list);
    const [newFirst, newLast] = [list.querySelector(".message"), lastOf(list)];
    if (newFirst !== first && first?.isConnected) stayAt(first, top);
    if (newLast !== last) showNews(last?.isConnected ? nextOf(last) : newLast, newLast);
    [first, last] = [newFirst, newLast];
  }).observe(list, { childList: true });
}

/** News that were asked for while a comment was on its way may bring it a second time. */
function dropTwins(list) {
  const known = new Set();
  for (const message of list.querySelectorAll(".message[id]")) {
    if (known.has(message.id)) message.remove();
    known.add(message.id);
  }
}

function lastOf(list) {
  const messages = list.querySelectorAll(".message");
  return messages[messages.length - 1];
}

function nextOf(message) {
  let next = message.nextElementSibling;
  while (next && !next.matches(".message")) next = next.nextElementSibling;
  return next;
}

/** Earlier comments have come above: what was being read stays where it was, and a keyboard goes on from there. */
function stayAt(message, top) {
  const page = document.documentElement;
  page.style.overflowAnchor = "none";
  scrollBy({ top: message.getBoundingClientRect().top - top, behavior: "instant" });
  requestAnimationFrame(() => { page.style.overflowAnchor = ""; });
  if (document.activeElement === document.body) rest(message);
}

function rest(message) {
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
}

/** «Новый комментарий ↓» when what came cannot be seen; it goes once it has been. */
function showNews(firstNew, newest) {
  const pill = document.querySelector("[data-news-pill]");
  if (!pill || !newest || isInSight(newest)) return;
  pill.hidden = false;
  pill.onclick = () => {
    pill.hidden = true;
    firstNew.scrollIntoView({ block: "center" });
    rest(firstNew);
  };
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    pill.hidden = true;
    watch.disconnect();
  }, { rootMargin: "0px 0px -120px" });
  watch.observe(newest);
}

function isInSight(message) {
  const floor = document.querySelector("#composer")?.getBoundingClientRect().top ?? innerHeight;
  const box = message.getBoundingClientRect();
  return box.top < floor - 24 && box.bottom > 0;
}

/** Puts the comment into the composer as what is answered. */
function quote(message) {
  const box = document.querySelector("[data-quote]");
  const author = message.querySelector(".message__author").textContent.trim();
  const text = message.querySelector(".message__body, .voice-note__transcript")?.textContent ?? "";
  const files = message.querySelectorAll(".thumbs__image, .file-link__name");
  const names = [...files].map((file) => file.alt ?? file.textContent.trim());
  box.querySelector("input").value = message.id.replace("comment-", "");
  box.querySelector("[data-quote-author]").textContent = author;
  box.querySelector("[data-quote-text]").textContent = text.replace(/\s+/g, " ").trim().slice(0, LONGEST_QUOTE);
  box.querySelector("[data-quote-files]").textContent = names.join(", ");
  box.hidden = false;
  const said = document.querySelector("#ticket-said");
  said.textContent = said.dataset.answering.replace("{who}", author);
  write();
}

function write() {
  document.querySelector("#comment-body")?.focus();
}

function drop() {
  const box = document.querySelector("[data-quote]");
  box.querySelector("input").value = "";
  box.hidden = true;
  write();
}

const PRESSES = [
  ["a[data-reply]", (link) => quote(link.closest(".message"))],
  ["a[data-quote-drop]", drop],
  ["a[data-ask]", write],
  ["a[data-jump]", (link) => {
    const there = document.getElementById(link.dataset.jump);
    if (!there) return false;
    location.hash = link.dataset.jump;
    rest(there);
    return true;
  }],
];

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const [selector, act] of PRESSES) {
    const link = event.target.closest(selector);
    if (link && document.querySelector("#composer") && act(link) !== false) event.preventDefault();
  }
});
