/**
 * HTML on its way into the editor and out of it: only what services/richtext.py lets through. The server does not trust
 * this; here it is what makes a paste from a word processor readable, and keeps styles away that our policy forbids.
 */

const NAMES = { STRONG: "B", EM: "I", H4: "H3", H5: "H3", H6: "H3", STRIKE: "S", CENTER: "DIV", SECTION: "DIV", ARTICLE: "DIV" };
const KEPT = new Set("P BR DIV B I U S DEL SMALL UL OL LI A PRE CODE BLOCKQUOTE H1 H2 H3 TABLE THEAD TBODY TR TH TD".split(" "));
const DROPPED = new Set("SCRIPT STYLE HEAD TITLE META LINK TEMPLATE IFRAME OBJECT EMBED SVG MATH NOSCRIPT SELECT BUTTON INPUT TEXTAREA".split(" "));
const ADDRESS = /^(?:https?:|mailto:|tel:)/i;
const IMAGE = /^\/(?:attachments|kb\/files)\/[0-9a-f]{32}$/;
const TAG = /<[a-z][^>]*>/gi;
const FORBIDDEN = /(\s)(style|on[a-z]+)(\s*=)/gi;

/** A DocumentFragment of what may stay. */
export function tidy(html) {
  // Made plain data, or the browser would report each style and handler that our policy forbids.
  const tame = html.replace(TAG, (tag) => tag.replace(FORBIDDEN, "$1data-$2$3"));
  const page = new DOMParser().parseFromString(tame, "text/html");
  const fragment = document.createDocumentFragment();
  fragment.append(...[...page.body.childNodes].flatMap(clean));
  return fragment;
}

/** The HTML to send: '' when nothing is written and no picture stands there. */
export function serialize(root) {
  const copy = root.cloneNode(true);
  for (const pending of copy.querySelectorAll("img[data-pending]")) pending.remove();
  while (copy.lastElementChild && !copy.lastElementChild.textContent.trim() && !copy.lastElementChild.querySelector("img") && copy.children.length > 1) copy.lastElementChild.remove();
  if (!copy.textContent.replace(/[\s\u200B]/g, "") && !copy.querySelector("img")) return "";
  const box = document.createElement("div");
  box.append(tidy(copy.innerHTML.replace(/\u200B/g, "")));
  for (const empty of [...box.querySelectorAll("b, i, u, s, small, span, a, code")].reverse()) {
    if (!empty.textContent && !empty.querySelector("img, br")) empty.remove();
  }
  return box.innerHTML;
}

/** Plain text as the editor's blocks, a line each; runs of spaces stay as wide as they were. */
export function fromPlain(text) {
  const box = document.createElement("div");
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const block = document.createElement("div");
    if (line) block.textContent = line.replace(/^ | (?= )/g, "\u00A0");
    else block.append(document.createElement("br"));
    box.append(block);
  }
  return box.innerHTML;
}

function clean(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
  if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.nodeName)) return [];
  const inside = [...node.childNodes].flatMap(clean);
  const made = make(node);
  if (!made) return weighed(node, inside);
  made.append(...inside);
  return [made];
}

function make(node) {
  const name = NAMES[node.nodeName] ?? node.nodeName;
  if (name === "IMG") return image(node);
  if (name === "SPAN" && node.className === "large") return Object.assign(document.createElement("span"), { className: "large" });
  if (name === "B" && /font-weight:\s*(normal|400)/.test(node.dataset.style ?? "")) return null;      // Google Docs wraps all in such a one
  if (!KEPT.has(name)) return null;
  const made = document.createElement(name);
  const href = node.getAttribute("href") ?? "";
  if (name === "A" && !ADDRESS.test(href.trim())) return null;
  if (name === "A") made.setAttribute("href", href.trim());
  return made;
}

function image(node) {
  const src = node.getAttribute("src") ?? "";
  if (!IMAGE.test(src) && !(node.dataset.pending && src.startsWith("blob:"))) return null;
  const made = document.createElement("img");
  made.src = src;
  made.alt = node.getAttribute("alt") ?? "";
  if (node.dataset.pending) made.dataset.pending = node.dataset.pending;
  return made;
}

/** What a word processor writes as a style becomes the tag. */
function weighed(node, inside) {
  const style = node.dataset.style ?? "";
  const tags = [[/font-weight:\s*(bold|[6-9]00)/, "b"], [/font-style:\s*italic/, "i"], [/text-decoration[^;]*underline/, "u"]];
  return tags.filter(([rule]) => rule.test(style) && inside.length).reduce((nodes, [, tag]) => {
    const wrapped = document.createElement(tag);
    wrapped.append(...nodes);
    return [wrapped];
  }, inside);
}
