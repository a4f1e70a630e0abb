/**
 * Makes a parcel of a form that can't be sent now: its fields, the files and recordings that the server does not have yet,
 * and what is needed to put all of it back into the form. The form is empty afterwards, for the next thing to say.
 */

import { clear, draftOf } from "./drafts.js";
import { handOverFiles } from "./files.js";
import { say } from "./messages.js";
import { post } from "./outbox.js";

const TOKENS = new Set(["csrf_token", "client_id", "from_outbox"]);

/** True when the form is in the outbox now. False: the browser refuses to store it, and the form is as it was. */
export async function keep(form) {
  const recordings = form.querySelector("[data-recorder]") ? await import("./recorder.js") : null;
  const notes = (await recordings?.handOver(form)) ?? { rows: [], done() {} };
  const files = await handOverFiles(form);
  const parcel = { ...described(form, [...files.rows, ...notes.rows]), files: files.rows, notes: notes.rows };
  try {
    await post(parcel);
  } catch (error) {
    console.info("outbox", error);
    return false;
  }
  files.done();
  notes.done();
  clear(form);
  form.elements.client_id.value = crypto.randomUUID();
  say(document.querySelector("#send-failure").dataset.kept, "info", { isQuiet: true });
  return true;
}

function described(form, enclosed) {
  const own = new Set(enclosed.map(({ id }) => id).filter(Boolean));     // they go with their rows
  const fields = [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !TOKENS.has(name) && !own.has(value),
  );
  const id = form.elements.client_id.value;
  const ticket = form.getAttribute("action").match(/\/tickets\/(\d+)\//)?.[1];
  return {
    id,
    place: ticket ?? `new:${id}`,
    action: form.getAttribute("action"),
    fields,
    draft: draftOf(form),
    page: location.pathname + location.search,
  };
}
