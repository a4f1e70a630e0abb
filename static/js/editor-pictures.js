/**
 * Pictures in the text: sent as attachments (js/files-upload.js) while one goes on writing, shown where they were put.
 * One that can't be sent so goes among the form's files. The form waits for those under way.
 */

const ID = /\/attachments\/([0-9a-f]{32})$/;

export const picturesOf = (transfer) => [...(transfer?.files ?? [])].filter((file) => /^image\/(png|jpe?g|gif|webp)$/.test(file.type));

/** True when what is pasted or dropped is pictures and nothing else: a table copied with its picture stays a table. */
export function isPictures(transfer) {
  const pictures = picturesOf(transfer);
  return pictures.length > 0 && pictures.length === transfer.files.length && !transfer.types.includes("text/html") && !transfer.types.includes("text/plain");
}

export class Pictures {
  #pending = new Set();

  constructor(form, { say, changed }) {
    Object.assign(this, { form, say, changed });
    form.addEventListener("submit", (event) => this.#holdBack(event), { capture: true });
  }

  /** Puts the files into the text of `rich` at the caret and sends them. */
  place(rich, files) {
    rich.leaveCode();
    for (const file of files) {
      const picture = rich.squire.insertImage(URL.createObjectURL(file), { alt: nameOf(file, this.say("picture")) });
      picture.dataset.pending = crypto.randomUUID?.() ?? String(Math.random());
      const sending = this.#send(rich, picture.dataset.pending, file).finally(() => this.#pending.delete(sending));
      this.#pending.add(sending);
    }
  }

  /** The ids of the pictures that the text shows. */
  static idsIn(root) {
    return [...root.querySelectorAll("img")].map((picture) => ID.exec(picture.getAttribute("src"))?.[1]).filter(Boolean);
  }

  async #send(rich, mark, file) {
    const found = () => rich.root.querySelector(`img[data-pending="${mark}"]`);
    try {
      const id = await upload(file, nameOf(file, this.say("picture")));
      const picture = found();
      if (!picture) return;
      picture.src = `/attachments/${id}`;
      delete picture.dataset.pending;
    } catch (error) {
      console.info("picture", error);
      found()?.remove();
      attach(this.form, file);
      this.say("attached", true);
    }
    this.changed();
  }

  async #holdBack(event) {
    if (!this.#pending.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.say("uploading", true);
    const { submitter } = event;
    await Promise.allSettled(this.#pending);
    this.form.requestSubmit(submitter?.isConnected ? submitter : undefined);
  }
}

/** Resolves with the id of the attachment; a lost network only makes it wait. */
async function upload(file, name) {
  const { Sending } = await import("./files-upload.js");
  return new Promise((resolve, reject) => {
    const sending = new Sending(file, name);
    sending.addEventListener("change", () => {
      if (sending.state === "done") resolve(sending.id);
      if (sending.state === "failed") reject(new Error(sending.reason));
    });
    sending.go();
  });
}

/** A pasted screenshot is called image.png by every browser: give it a name that tells it from the next one. */
function nameOf(file, word) {
  const now = new Date();
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => String(part).padStart(2, "0")).join("-");
  return /^image\.\w+$/.test(file.name) || !file.name ? `${word} ${time}.${file.type.split("/")[1].replace("jpeg", "jpg")}` : file.name;
}

function attach(form, file) {
  const input = form.querySelector("input[type=file][name=files]");
  if (!input) return;
  const transfer = new DataTransfer();
  for (const one of [...input.files, file]) transfer.items.add(one);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
