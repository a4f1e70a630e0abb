/** The field of the authorization code (D12): digits fall into groups of four as on a bank card, typed or pasted. */

const DIGITS = 16;

export function start(input) {
  input.addEventListener("input", () => {
    const before = digits(input.value.slice(0, input.selectionStart)).length;
    input.value = grouped(input.value);
    const place = before + Math.floor(Math.max(0, before - 1) / 4);
    input.setSelectionRange(place, place);
  });
  input.value = grouped(input.value);
}

function digits(text) {
  return text.replace(/\D/g, "");
}

export function grouped(text) {
  return digits(text).slice(0, DIGITS).replace(/(\d{4})(?=\d)/g, "$1-");
}
