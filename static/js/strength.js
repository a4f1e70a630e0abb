/**
 * How hard a password is to guess, by zxcvbn (static/vendor): loaded by the page where one is chosen, once somebody types.
 * Nothing leaves the browser. Our own small dictionary and the words for what is wrong stand in the page.
 */

const LIBRARY = new URL("../vendor/zxcvbn.js", import.meta.url).href;
const SHORTEST = 8;
const LEVELS = [1, 1, 1, 2, 3];      // of zxcvbn's 0–4; our 0 is «too short»
const ROWS = ["ёйцукенгшщзхъфывапролджэячсмитьбю", "`qwertyuiop[]asdfghjkl;'zxcvbnm,."];      // one key, two letters

let loading = null;

/** Returns {level, why}: 0 too short, 1 weak, 2 good, 3 strong, and a line on what makes it weak ('' when nothing). */
export async function strengthOf(password) {
  if (password.length < SHORTEST) return { level: 0, why: "" };
  const { check, words } = await (loading ??= load());
  const found = [password, inLatinRow(password)].map((text) => check.check(text)).sort((a, b) => a.score - b.score)[0];
  return { level: LEVELS[found.score], why: LEVELS[found.score] === 1 ? (words[found.feedback.warning] ?? "") : "" };
}

async function load() {
  const given = document.querySelector("#strength-words").dataset;
  const [, graphs] = await Promise.all([script(LIBRARY), import("../vendor/zxcvbn-graphs.js")]);
  const dictionary = { passwords: given.common.split(" "), userInputs: given.own.toLowerCase().split(/[\s@.]+/).filter(Boolean) };
  const check = new window.zxcvbnts.core.ZxcvbnFactory({ dictionary, graphs: graphs.default });
  return { check, words: JSON.parse(given.warnings) };
}

/** The library is a plain script that puts itself into the window, not a module. */
function script(address) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: reject });
    document.head.append(element);
  });
}

/** «йцукен» is «qwerty» to who guesses. */
function inLatinRow(password) {
  return [...password.toLowerCase()].map((letter) => ROWS[1][ROWS[0].indexOf(letter)] ?? letter).join("");
}
