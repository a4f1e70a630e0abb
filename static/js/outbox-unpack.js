/** Puts a parcel back where its form will find it: the draft, the files and the recordings of that form. */

import { putDraft } from "./drafts.js";
import { keep as keepFile, letGo as letGoFile } from "./files-store.js";
import { keepWhole, letGo } from "./recorder-store.js";

export async function unpack({ draft, files, notes }) {
  putDraft(draft);
  for (const { key, owner, place, name, type, bytes, url } of files) {
    await keepFile({ key, owner, place, file: new File([bytes], name, { type }), name, url: url ?? "" });
    await letGoFile(key);
  }
  for (const { clientId, owner, place, recordedAt, seconds, type, bytes, id } of notes) {
    const blob = new Blob(bytes ? [bytes] : [], { type });
    keepWhole({ clientId, owner, place, recordedAt, seconds, type, noteId: id ?? "", blob });
    await letGo(clientId);
  }
}
