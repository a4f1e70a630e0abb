/*
 * The one script that a page waits for, right behind its style sheet: Chromium looks whether a page wants to be faded in
 * (@view-transition in css/feel.css) when it shows it first, and may not have read the sheet by then, though it has come.
 * Asking for a style has it read. A fading that is skipped all the same is nobody's error.
 */
getComputedStyle(document.documentElement).opacity;
document.activeViewTransition?.ready.catch(() => {});
