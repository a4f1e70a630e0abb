/**
 * Files on their way (tus 1.0 by tus-js-client): 1 MiB at a time, two files at once. A lost network, a busy server or a
 * lost session only holds a file; it goes on by itself where it broke off.
 */

import "../vendor/tus.min.js";
import { signIn } from "./sign-in.js";

const ENDPOINT = "/uploads";
const CHUNK_BYTES = 1024 * 1024;
const AT_ONCE = 2;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const SILENCE_MS = 60_000;      // a link that brings nothing for so long is dead, though nobody has said so
const HOLDING = new Set([0, 408, 409, 423, 425, 429, 460]);

const queue = new Set();
const running = new Set();

function next() {
  for (const sending of queue) {
    if (running.size >= AT_ONCE) return;
    queue.delete(sending);
    running.add(sending);
    sending.begin();
  }
}

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** A session that began anew elsewhere made the page's token stale: its own address has a fresh one. */
async function freshen() {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector('meta[name="csrf-token"]')?.content;
  if (fresh) document.querySelector('meta[name="csrf-token"]').content = fresh;
}

/**
 * One file. `state`: queued, sending, paused, held (`reason`: network, server, session), done (then `id` is what the form
 * sends) or failed (`reason`: the server's words). Tells "change" of each step and "url" when its address is known.
 */
export class Sending extends EventTarget {
  state = "queued";
  reason = "";
  sent = 0;
  id = "";
  #tus = null;
  #failures = 0;
  #refreshed = false;
  #timer = 0;
  #watch = 0;

  constructor(file, name, url = "") {
    super();
    Object.assign(this, { file, name, url });
    addEventListener("online", () => { if (this.state === "held" && this.reason !== "session") this.go(); });
    addEventListener("offline", () => { if (this.state === "sending") this.#hold("network"); });
  }

  /** Begins, or goes on. */
  go() {
    if (["sending", "done"].includes(this.state)) return;
    clearTimeout(this.#timer);
    this.#set("queued");
    queue.add(this);
    next();
  }

  pause() {
    if (this.state !== "done") this.#stop("paused");
  }

  /** Stops for good and tells the server to forget it. */
  drop() {
    this.#stop("dropped");
    const headers = { "Tus-Resumable": "1.0.0", "X-CSRF-Token": token() };
    if (this.url) fetch(this.url, { method: "DELETE", headers, keepalive: true }).catch(() => {});
  }

  /** Asks whether the server still has a file that had arrived; if it does not, it is sent again. */
  async check() {
    const headers = { "Tus-Resumable": "1.0.0" };
    const answer = await fetch(this.url, { method: "HEAD", headers, cache: "no-store" }).catch(() => null);
    if (answer?.status === 410) return this.#stop("failed", "");
    if (answer?.status !== 404) return undefined;
    Object.assign(this, { url: "", id: "", state: "queued" });
    return this.go();
  }

  /** Called by the queue. */
  begin() {
    this.#set("sending");
    this.#hear();
    this.#tus = new window.tus.Upload(this.file, {
      endpoint: ENDPOINT,
      uploadUrl: this.url || null,
      chunkSize: CHUNK_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: { filename: this.name },
      onBeforeRequest: (request) => request.setHeader("X-CSRF-Token", token()),
      onUploadUrlAvailable: () => this.#found(),
      onProgress: (sent) => this.#progress(sent),
      onChunkComplete: () => { this.#failures = 0; this.#refreshed = false; },
      onSuccess: () => this.#arrived(),
      onError: (error) => this.#broke(error),
    });
    this.#tus.start();
  }

  #found() {
    this.url = new URL(this.#tus.url, location.href).pathname;
    this.dispatchEvent(new Event("url"));
  }

  #progress(sent) {
    this.sent = sent;
    this.#hear();
    this.dispatchEvent(new Event("change"));
  }

  #arrived() {
    this.id = this.url.split("/").pop();
    this.sent = this.file.size;
    this.#stop("done");
  }

  async #broke(error) {
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    if (status === 401 || (status === 400 && !this.#refreshed)) return this.#renew(status);
    if (status === 410 || status === 404) this.url = "";      // the server has forgotten it: from the start
    if (HOLDING.has(status) || status >= 500 || status === 410 || status === 404) return this.#hold(status ? "server" : "network");
    const isPlain = answer?.getHeader("Content-Type")?.startsWith("text/plain");
    return this.#stop("failed", isPlain ? answer.getBody() : "");
  }

  async #renew(status) {
    this.#stop("held", status === 401 ? "session" : "server");
    this.#refreshed = true;
    const isRenewed = await (status === 401 ? signIn() : freshen().then(() => true)).catch(() => false);
    if (isRenewed && this.state === "held") this.go();
  }

  #hold(reason) {
    this.#stop("held", reason);
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.state === "held" && this.go(), wait);
  }

  #hear() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.state === "sending" && this.#hold("network"), SILENCE_MS);
  }

  #stop(state, reason = "") {
    clearTimeout(this.#watch);
    clearTimeout(this.#timer);
    if (this.state === "sending" && state !== "done") this.#tus?.abort();
    queue.delete(this);
    running.delete(this);
    this.#set(state, reason);
    next();
  }

  #set(state, reason = "") {
    Object.assign(this, { state, reason });
    this.dispatchEvent(new Event("change"));
  }
}
