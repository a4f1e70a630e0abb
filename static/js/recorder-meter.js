/** The live picture of the voice: bars that run from right to left on a canvas, in the canvas's own text colour. */

const BAR_PX = 3;
const STEP_PX = 5;
const STEP_MS = 60;
const HEARD = 0.012;        // root mean square of a quiet room is below, of a whisper near the phone above

export class Meter {
  #levels = [];
  #drawnAt = 0;
  #frame = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** Starts to draw what `stream` hears. `isOn()` says whether the recording runs: a pause draws flat dots. */
  constructor(canvas, stream, isOn) {
    this.canvas = canvas;
    this.isOn = isOn;
    this.loudest = 0;
    this.audio = new AudioContext();
    this.analyser = new AnalyserNode(this.audio, { fftSize: 1024 });
    this.samples = new Float32Array(this.analyser.fftSize);
    this.audio.createMediaStreamSource(stream).connect(this.analyser);
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
  }

  /** False while nothing louder than a quiet room has come in; a context that may not run yet knows nothing of it. */
  get hasHeard() {
    return this.audio.state !== "running" || this.loudest > HEARD;
  }

  /** A call stops the context for good, and a press that became a hold may not have started it. */
  wake() {
    if (this.audio.state !== "running" && this.audio.state !== "closed") this.audio.resume().catch(() => {});
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.audio.close();
  }

  #tick(now) {
    this.#frame = requestAnimationFrame((later) => this.#tick(later));
    if (now - this.#drawnAt < STEP_MS) return;
    this.#drawnAt = now;
    this.#levels.push(this.isOn() ? this.#level() : 0);
    this.#draw();
  }

  #level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const level = Math.sqrt(this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length);
    this.loudest = Math.max(this.loudest, level);
    return Math.min(1, Math.sqrt(level) * 1.6);      // the ear's scale, near enough: a whisper is seen too
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const scale = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale)) this.canvas.width = Math.round(width * scale);
    if (this.canvas.height !== Math.round(height * scale)) this.canvas.height = Math.round(height * scale);
    const pen = this.canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(this.canvas).color;
    const count = Math.floor(width / STEP_PX);
    this.#levels = this.#levels.slice(-count);
    if (this.#still) this.#bar(pen, 0, width * (this.#levels.at(-1) ?? 0), height / 2, 4);
    else this.#levels.forEach((level, index) => {
      const tall = Math.max(BAR_PX, level * height);
      this.#bar(pen, width - (this.#levels.length - index) * STEP_PX, BAR_PX, height / 2, tall);
    });
  }

  #bar(pen, x, wide, middle, tall) {
    pen.beginPath();
    pen.roundRect(x, middle - tall / 2, Math.max(wide, 1), tall, Math.min(BAR_PX, tall) / 2);
    pen.fill();
  }
}
