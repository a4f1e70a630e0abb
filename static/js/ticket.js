/**
 * After a move has swapped the ticket: says the new status to those who listen, and gives the keyboard a place to go on
 * from when the pressed button has gone. An error or the composer that has taken the focus keeps it. News that swap only
 * its head are said too.
 */

let shownStatus = null;      // null until the page's own ticket was seen

export function start(ticket) {
  const isFirst = shownStatus === null;
  look(ticket);
  if (!isFirst && document.activeElement === document.body) goOn(ticket);
  if (isFirst) document.addEventListener("htmx:after:swap", () => look(document.querySelector("#ticket")));
}

function look(ticket) {
  const head = ticket?.querySelector("#ticket-header");
  if (!head) return;
  ticket.dataset.status = head.dataset.status;
  const status = head.querySelector(".badge").textContent.trim();
  const said = document.querySelector("#ticket-status");
  if (shownStatus !== null && status !== shownStatus) said.textContent = said.dataset.text.replace("{status}", status);
  shownStatus = status;
}

function goOn(ticket) {
  const place = ticket.querySelector(".status-button") ?? ticket.querySelector("#ticket-subject");
  if (!place.matches("button")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
