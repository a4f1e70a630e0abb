/** A button with data-dialog-open="#id" opens that <dialog>; data-dialog-close inside it, or a press beside it, closes. */

export function start(button) {
  const dialog = document.querySelector(button.dataset.dialogOpen);
  button.hidden = false;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  if (dialog.dataset.wired) return;
  dialog.dataset.wired = "yes";
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dialog-close]")) dialog.close();
  });
}
