/**
 * After a move has swapped the ticket: says the new status to those who listen, and gives the keyboard a place to go on
 * from when the pressed button has gone. An error or the composer that has taken the focus keeps it.
 */

let shownStatus = null;      // null until the page's own ticket was seen

export function start(ticket) {
  const status = ticket.querySelector("#ticket-header .badge").textContent.trim();
  const said = document.querySelector("#ticket-status");
  if (shownStatus !== null && status !== shownStatus) said.textContent = said.dataset.text.replace("{status}", status);
  if (shownStatus !== null && document.activeElement === document.body) goOn(ticket);
  shownStatus = status;
}

function goOn(ticket) {
  const place = ticket.querySelector(".status-button") ?? ticket.querySelector("#ticket-subject");
  if (!place.matches("button")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
