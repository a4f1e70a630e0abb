/** A password field: an eye that shows it, and where it is being chosen a line on its strength and a generator (S18). */

// The same kind of password as rules/passwords.py makes: «kovamu-tizeba-ludoke-47», 60 bits that can be read aloud.
const CONSONANTS = "bdfgkmnprstvz";
const VOWELS = "aeiou";
const DIGITS = "23456789";      // without 0 and 1, which look like letters

export function start(root) {
  const input = root.querySelector("input");
  const eye = root.querySelector("[data-password-eye]");
  eye.hidden = false;
  eye.addEventListener("click", () => show(input, eye, input.type === "password"));
  input.form?.addEventListener("submit", () => show(input, eye, false));      // so that the browser offers to keep it
  if (root.hasAttribute("data-password-generator")) startGenerator(root, input);
}

function show(input, eye, isShown) {
  input.type = isShown ? "text" : "password";
  eye.setAttribute("aria-pressed", String(isShown));
}

function startGenerator(root, input) {
  const line = root.querySelector("[data-password-strength]");
  const button = root.querySelector("[data-password-invent]");
  button.hidden = false;
  input.addEventListener("input", () => tellStrength(line, input).catch(() => (line.hidden = true)));
  button.addEventListener("click", () => {
    const password = invent();
    for (const other of input.form.querySelectorAll("[data-password]")) fill(other, password);
    tellStrength(line, input).catch(() => (line.hidden = true));
    input.focus();
    input.select();
  });
}

function fill(root, password) {
  const input = root.querySelector("input");
  input.value = password;
  show(input, root.querySelector("[data-password-eye]"), true);
}

export function invent() {
  const word = () => Array.from({ length: 3 }, () => one(CONSONANTS) + one(VOWELS)).join("");
  return [word(), word(), word(), one(DIGITS) + one(DIGITS)].join("-");
}

/** One letter, each as likely as the others: numbers past the last whole multiple of the alphabet are drawn again. */
function one(letters) {
  const [number] = crypto.getRandomValues(new Uint8Array(1));
  const limit = 256 - (256 % letters.length);
  return number < limit ? letters[number % letters.length] : one(letters);
}

/** The line under the field; a check that comes late, for what is no longer typed, says nothing. */
async function tellStrength(line, input) {
  const password = input.value;
  if (!password) return (line.hidden = true);
  const { strengthOf } = await import("./strength.js");
  const { level, why } = await strengthOf(password);
  if (input.value !== password) return;
  line.hidden = false;
  line.dataset.level = String(level);
  line.querySelector(".strength__text").textContent = [line.dataset.texts.split("|")[level], why].filter(Boolean).join(": ");
}
