/** The quick view of a ticket in a dialog, over the list that it was opened from. */

const dialog = document.querySelector("#glance");
let opener = null;

export async function open(link) {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  dialog.innerHTML = await answer.text();
  opener = link;
  dialog.showModal();
}

dialog.addEventListener("click", ({ target }) => {
  if (target === dialog || target.closest("[data-dialog-close]")) dialog.close();
});
dialog.addEventListener("close", () => {
  if (opener?.isConnected) opener.focus();
});
