/** A box that may scroll sideways or down, such as a config or a wide table: while it does, the keyboard gets to it. */

export function start(box) {
  new ResizeObserver(() => {
    const isScrolling = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if (isScrolling && getComputedStyle(box).overflowX !== "visible") box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }).observe(box);
}
