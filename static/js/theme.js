/** The choice between the system's look, the light and the dark one, at once. A cookie, so that the server draws it so. */

const YEAR_S = 31536000;

export function start(root) {
  for (const input of root.querySelectorAll("input")) {
    input.addEventListener("change", () => choose(input.value));
    if (input.checked && !input.defaultChecked) choose(input.value);      // chosen before this script had come
  }
}

function choose(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR_S : 0}; samesite=lax`;
}
