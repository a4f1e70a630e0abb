/** How long something still holds, counted down once a second: «1:42». The server has said until when; this is easier to see. */

export function start(root) {
  const ends = performance.now() + Number(root.dataset.countdown) * 1000;
  root.hidden = false;
  const show = () => {
    if (!root.isConnected) return clearInterval(timer);
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    root.textContent = `${root.dataset.text} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  };
  const timer = setInterval(show, 1000);
  show();
}
