/**
 * A comment on its way: it stands in the thread at once as «Отправляется» and its words have left the form, for the next
 * ones. The thread is added to and not made anew, so that what is listened to in it goes on. Whatever goes wrong puts the
 * words and the files back into the form first, and is then told there as ever (js/send.js).
 *
 * Its look is #comment-sending (templates/tickets/_sending.html). Only the last part of a thread can be added to.
 */

import { clear, lift } from "./drafts.js";
import { forgetFiles } from "./files.js";
import { plain } from "./outbox.js";

const CHIPS = "[data-files-list] > li, [data-recorder-list] > li";
let underWay = 0;

/** True while the thread waits for the answer: nobody else's news are asked for meanwhile. */
export const isUnderWay = () => underWay > 0;

/** The mark of what the page shows, for the server to answer with what came since; "" where nothing can be added. */
export const shownMark = () => document.querySelector("#ticket-news[data-poll]")?.dataset.poll ?? "";

/** Called when the form's request begins. Returns {back(), gone(), end()}: it has failed; has arrived; is over. */
export function setOut(form) {
  const chips = [...form.querySelectorAll(CHIPS)];
  const text = wordsOf(form);
  if (!shownMark() || !(text || chips.length)) return null;
  document.querySelector("#ticket-news").dispatchEvent(new Event("htmx:abort"));
  const shown = show(form, text, chips.map(nameOf).filter(Boolean));
  const hadFocus = form.contains(document.activeElement);
  const words = lift(form);
  for (const chip of chips) chip.hidden = true;
  if (hadFocus && document.activeElement === document.body) form.querySelector("textarea").focus({ preventScroll: true });
  underWay += 1;
  let isBack = false;
  return {
    async back() {
      isBack = true;
      shown.remove();
      for (const chip of chips) chip.hidden = false;
      words.back();
      await new Promise((done) => setTimeout(done));      // an editor that was taken away stands again
    },
    async gone() {
      words.gone();
      if (isBack) clear(form);
      await forget(form, chips);
    },
    end() { underWay -= 1; },
  };
}

function wordsOf(form) {
  const field = form.querySelector("textarea");
  const data = new FormData(form);
  return (data.get(`${field.name}_format`) === "html" ? plain(data.get(field.name)) : data.get(field.name)).trim();
}

const nameOf = (chip) => chip.querySelector(".file-chip__name, .recorded__head > span")?.textContent.trim();

/** Below the last comment, outside of the list that the server adds to; it goes in the moment in which the real one comes. */
function show(form, text, names) {
  const list = document.querySelector("#timeline-list");
  const place = document.createElement("ol");
  place.className = "timeline__list timeline__sending";
  place.setAttribute("aria-hidden", "true");      // its author knows what he has said
  place.append(document.querySelector("#comment-sending").content.firstElementChild.cloneNode(true));
  const item = place.firstElementChild;
  item.classList.toggle("sending--note", form.elements.visibility?.value === "internal");
  item.querySelector("[data-sending-text]").textContent = text;
  item.querySelector("[data-sending-files]").textContent = names.join(", ");
  list.after(place);
  const watch = new MutationObserver(() => { place.remove(); watch.disconnect(); });
  watch.observe(list, { childList: true });
  item.scrollIntoView({ block: "center" });
  return { remove() { watch.disconnect(); place.remove(); } };
}

/** The form becomes the one for the next comment. */
async function forget(form, chips) {
  forgetFiles(form);
  const notes = chips.filter((chip) => chip.closest("[data-recorder-list]"));
  if (notes.length) await (await import("./recorder.js")).takeAway(form, notes);
  for (const chip of chips) chip.remove();
  form.elements.client_id.value = crypto.randomUUID();
  form.elements.reply_to.value = "";
  form.querySelector("[data-quote]").hidden = true;
  const open = form.querySelector('[name="visibility"][value="public"]');
  if (open) open.checked = true;
  for (const fault of form.querySelectorAll("#comment-error")) fault.remove();
  form.querySelector("textarea").removeAttribute("aria-invalid");
  document.querySelector("#ticket-problem")?.remove();
}

/* Answered without anything new: it had been said already. */
document.addEventListener("htmx:finally:request", () => {
  if (!isUnderWay()) for (const place of document.querySelectorAll(".timeline__sending")) place.remove();
});
