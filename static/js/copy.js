/** A button that copies the text of its data-copy (S109). Its label says that it has, and returns after a while. */

const BACK_AFTER_MS = 2500;

export function start(button) {
  button.hidden = false;
  const label = button.querySelector("[data-copy-label]") ?? button;
  const usual = label.textContent;
  let timer = 0;
  button.addEventListener("click", async () => {
    if (!(await copy(button.dataset.copy))) return;
    label.textContent = button.dataset.copied;
    clearTimeout(timer);
    timer = setTimeout(() => (label.textContent = usual), BACK_AFTER_MS);
  });
}

/** The clipboard needs a secure context; on plain http the old way still works. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.className = "sr-only";
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
