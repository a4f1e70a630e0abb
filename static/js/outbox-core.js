/*
 * What was written without a network: parcels kept in IndexedDB until the server has taken them, each exactly once, in the
 * order in which they were written within a ticket.
 *
 * A parcel is one form as it was sent: {id: its client_id, owner, place, action, fields: [[name, value]…], files: [{name,
 * bytes, url, id}…], notes: [{clientId, bytes, type, seconds, id}…], at, state, reason}. `place` is the ticket's number, or
 * "new:<id>". States: waiting, sending, refused (`kind` says how; the owner looks at it), session (he must sign in first).
 *
 * The service worker takes this file by importScripts, pages by an import for its effect: it exports nothing and leaves
 * `self.outbox` behind. Who empties the outbox holds a lock that all tabs and the worker share. What a parcel has brought
 * to the server is written down after each step, so that nothing is sent twice after a break; where a step was done and
 * could not be written down, the server knows it by its client_id.
 */
(() => {
  const NAME = "outbox";
  const STORE = "parcels";
  const CHUNK = 1024 * 1024;            // of a file, as the server likes them
  const TRY_MS = 60_000;                // for one request; a chunk takes that long at 17 KiB/s
  const TUS = { "Tus-Resumable": "1.0.0" };
  const KINDS = { 404: "gone", 403: "gone", 409: "moved", 413: "size", 422: "form" };
  const voices = new BroadcastChannel("outbox");
  let opened = null;

  class Later extends Error {}          // no network, or a server that can't now: all else waits as well

  function settled(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  function database() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
      request.onerror = () => { opened = null; reject(request.error); };
      request.onsuccess = () => {
        request.result.onclose = () => { opened = null; };      // iOS drops the connection of a page that slept
        request.result.onversionchange = () => { request.result.close(); opened = null; };
        resolve(request.result);
      };
    });
    return opened;
  }

  /** Resolves when the write is on the disk. */
  async function write(work) {
    const transaction = (await database()).transaction(STORE, "readwrite");
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    work(transaction.objectStore(STORE));
    await done;
    voices.postMessage({ type: "changed" });
  }

  /** What hangs on a parcel is bytes and not Blobs: old Safari loses Blobs that are kept in IndexedDB. */
  function put(parcel) {
    return write((store) => store.put({ state: "waiting", at: Date.now(), ...parcel }));
  }

  async function all() {
    const store = (await database()).transaction(STORE, "readonly").objectStore(STORE);
    return (await settled(store.getAll())).sort((one, other) => one.at - other.at);
  }

  const remove = (id) => write((store) => store.delete(id));

  /** Changes a parcel that is still there: one withdrawn meanwhile must not come back. */
  function change(id, values) {
    return write((store) => {
      const asked = store.get(id);
      asked.onsuccess = () => { if (asked.result) store.put({ ...asked.result, ...values }); };
    });
  }

  async function ask(address, request = {}) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), TRY_MS);
    try {
      const answer = await fetch(address, { redirect: "manual", credentials: "same-origin", ...request, signal: limit.signal });
      if (answer.status >= 500 || answer.status === 429) throw new Later(`HTTP ${answer.status}`);
      return answer;
    } catch (error) {
      throw error instanceof Later ? error : new Later(String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Who is signed in here and the token of his forms; null when nobody is. */
  async function whoami() {
    const answer = await ask("/outbox/token", { headers: { Accept: "application/json" } });
    return answer.ok ? answer.json() : null;
  }

  function headers(token, more = {}) {
    return { "X-CSRF-Token": token, Accept: "application/json", ...more };
  }

  /** Brings one recording to the server. Returns its id, or null when it was refused. */
  async function sendNote(note, token) {
    if (note.id) return note.id;
    const body = new FormData();
    const ending = note.type.includes("mp4") ? "m4a" : note.type.includes("ogg") ? "ogg" : "webm";
    body.append("audio", new Blob([note.bytes], { type: note.type }), `voice-note.${ending}`);
    body.append("client_id", note.clientId);
    body.append("recorded", "1");
    const answer = await ask("/voice-notes", { method: "POST", body, headers: headers(token) });
    return answer.ok ? (await answer.json()).id : null;
  }

  async function offsetOf(url, token) {
    const answer = await ask(url, { method: "HEAD", headers: headers(token, TUS) });
    return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
  }

  async function createUpload(file, token) {
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
    const more = { ...TUS, "Upload-Length": String(file.bytes.byteLength), "Upload-Metadata": `filename ${name}` };
    const answer = await ask("/uploads", { method: "POST", headers: headers(token, more) });
    return answer.ok ? new URL(answer.headers.get("Location"), self.location.origin).href : null;
  }

  /** Brings one file to the server from where it broke off. Returns the upload's id, or null when it was refused. */
  async function sendFile(file, token, keep) {
    if (file.id) return file.id;
    let offset = file.url ? await offsetOf(file.url, token) : null;
    if (offset === null) {
      file.url = await createUpload(file, token);
      if (!file.url) return null;
      await keep();
      offset = 0;
    }
    while (offset < file.bytes.byteLength) {
      const body = file.bytes.slice(offset, offset + CHUNK);
      const more = { ...TUS, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
      const answer = await ask(file.url, { method: "PATCH", body, headers: headers(token, more) });
      if (!answer.ok) return null;
      offset = Number(answer.headers.get("Upload-Offset"));
    }
    return file.url.split("/").pop();
  }

  /** Brings what hangs on the parcel. Returns the name of what was refused, or "". */
  async function sendEnclosed(parcel, token) {
    const keep = () => change(parcel.id, { files: parcel.files, notes: parcel.notes });
    for (const note of parcel.notes) {
      note.id = await sendNote(note, token);
      if (!note.id) return "voice";
      note.bytes = undefined;
      await keep();
    }
    for (const file of parcel.files) {
      file.id = await sendFile(file, token, keep);
      if (!file.id) return "file";
      await keep();
    }
    return "";
  }

  function formOf(parcel, token) {
    const body = new FormData();
    for (const [name, value] of parcel.fields) if (name !== "csrf_token") body.append(name, value);
    body.set("client_id", parcel.id);
    body.set("csrf_token", token);
    if (!parcel.isSure) body.set("from_outbox", "1");       // the server looks whether somebody wrote meanwhile
    for (const note of parcel.notes) body.append("voice_note_ids", note.id);
    for (const file of parcel.files) body.append("upload_ids", file.id);
    return body;
  }

  /** Sends one parcel. Returns "done", "session" or "refused"; throws Later. */
  async function send(parcel, token) {
    await change(parcel.id, { state: "sending", reason: "", kind: "" });
    const fault = await sendEnclosed(parcel, token);
    if (fault) return refuse(parcel, fault, "");
    const answer = await ask(parcel.action, { method: "POST", body: formOf(parcel, token), headers: headers(token) });
    if (answer.status === 401 || answer.type === "opaqueredirect") return "session";
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) return refuse(parcel, said.kind ?? KINDS[answer.status] ?? "form", said.reason ?? "");
    await remove(parcel.id);
    voices.postMessage({ type: "sent", place: parcel.place, address: said.address ?? "", number: said.number ?? null });
    return "done";
  }

  async function refuse(parcel, kind, reason) {
    await change(parcel.id, { state: "refused", kind, reason });
    return "refused";
  }

  /** Sends what waits. Returns how many parcels still wait for a network or a sign-in; 0 means nothing more to do. */
  async function empty() {
    const parcels = await all();
    const waiting = parcels.filter(({ state }) => state !== "refused");
    if (!waiting.length) return 0;
    let left = waiting.length;
    const stuck = new Set(parcels.filter(({ state }) => state === "refused").map(({ place }) => place));
    let parcel = null;
    try {
      const who = await whoami();
      for (parcel of waiting) {
        const isOther = who && who.person !== parcel.owner;      // never in another person's name
        if (isOther || stuck.has(parcel.place)) continue;
        const result = who ? await send(parcel, who.token) : "session";
        if (result === "session") await change(parcel.id, { state: "session" });
        else left -= 1;
        if (result !== "done") stuck.add(parcel.place);
      }
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      if (parcel) await change(parcel.id, { state: "waiting" });
    }
    return left;
  }

  /** One tab or the worker at a time; whoever comes meanwhile waits his turn and finds what is left. */
  function flush() {
    return navigator.locks ? navigator.locks.request(NAME, empty) : empty();
  }

  self.outbox = { put, all, remove, change, flush };
})();
