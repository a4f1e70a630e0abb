/**
 * The waveform under a recording's player: its played part takes on colour, and a press plays from there. It adds nothing
 * that the player's own slider lacks, so keyboards and screen readers are left to that.
 *
 * Root: [data-waveform] in the same .voice-note or .recorded as its <audio>; data-seconds, where the server knows the
 * length before the browser does.
 */

export function start(root) {
  const audio = root.closest(".voice-note, .recorded")?.querySelector("audio");
  if (!audio || root.querySelector(".waveform__played")) return;
  const played = root.querySelector("svg").cloneNode(true);
  played.classList.add("waveform__played");
  root.append(played);
  const length = () => (Number.isFinite(audio.duration) ? audio.duration : Number(root.dataset.seconds));
  const end = new AbortController();
  const show = () => {
    if (!root.isConnected) return end.abort();      // its part of the page came anew
    const share = length() > 0 ? Math.min(1, audio.currentTime / length()) : 0;
    played.style.clipPath = `inset(0 ${100 - 100 * share}% 0 0)`;
  };
  for (const name of ["timeupdate", "seeked", "durationchange"]) audio.addEventListener(name, show, { signal: end.signal });
  root.addEventListener("click", ({ clientX }) => {
    const { left, width } = root.getBoundingClientRect();
    if (!length()) return;
    audio.currentTime = (length() * (clientX - left)) / width;
    audio.play().catch(() => {});       // the player itself says what is wrong with its sound
  });
  show();
}

/** Gives a root that came without one its picture: `wave`, the path that the server has drawn. */
export function draw(root, wave) {
  if (!wave || !root.hidden) return;
  root.querySelector("path").setAttribute("d", wave);
  root.hidden = false;
  start(root);
}
