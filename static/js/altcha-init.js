/** The proof of work on the registration form (D14): own widget, own worker, Russian words; nothing from other hosts. */

import "../vendor/altcha.min.js";
import "../vendor/altcha-ru.js";

$altcha.algorithms.set(
  "PBKDF2/SHA-256",
  () => new Worker(new URL("../vendor/altcha-pbkdf2.js", import.meta.url), { type: "module" }),
);

export function start() {
  // The widget is a custom element: it starts itself as soon as the import above has defined it.
}
