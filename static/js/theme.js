/** The choice between the system's look, the light and the dark one. A cookie, so that the server draws the page right at once. */

const YEAR_S = 31536000;

export function start(root) {
  const chosen = document.documentElement.dataset.theme ?? "";
  for (const input of root.querySelectorAll("input")) {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => choose(input.value));
  }
  root.hidden = false;
}

function choose(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR_S : 0}; samesite=lax`;
}
