/** The words of the chosen ticket type under its list (S22). Root: select[data-hints], its texts by value. */

export function start(list) {
  const line = document.querySelector(`[data-${list.id}-hint]`);
  const hints = JSON.parse(list.dataset.hints);
  const show = () => {
    line.textContent = hints[list.value] ?? "";
    line.hidden = !line.textContent;
  };
  list.addEventListener("change", show);
  show();
}
