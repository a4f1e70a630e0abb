/** The proof of work on the registration form (D14): own widget, own worker, Russian words; nothing from other hosts. */

import "../vendor/altcha.min.js";
import "../vendor/altcha-ru.js";

$altcha.algorithms.set(
  "PBKDF2/SHA-256",
  () => new Worker(new URL("../vendor/altcha-pbkdf2.js", import.meta.url), { type: "module" }),
);

export function start(widget) {
  if (widget.getAttribute("auto") !== "onfocus") return;
  // Whoever was in the form before the widget was: it hears only of what comes. (It is ready a moment after its definition.)
  // Not when it has heard of a field meanwhile: of two proofs at once one fails, and that is what it shows.
  requestAnimationFrame(() => {
    const isAsked = widget.closest("form")?.contains(document.activeElement);
    if (isAsked && widget.getState?.() === "unverified") widget.verify();
  });
}
