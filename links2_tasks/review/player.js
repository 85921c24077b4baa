// The video of a question: a clip that is stepped through frame by frame, or the frames that a model is shown.

class ClipPlayer {
  constructor(holder, wantsWebm) {
    this.video = make("video", { muted: true, playsinline: true, preload: "auto", disablepictureinpicture: true });
    this.video.muted = true;
    this.ring = make("div", { class: "l2-ring", hidden: true });
    this.content = make("div", { class: "l2-content" }, this.video, this.ring);
    this.wait = make("div", { class: "l2-wait", text: "Preparing the video …" });
    this.stage = make("div", { class: "l2-stage" }, this.content, this.wait);
    this.playButton = make("button", { type: "button", class: "l2-small", "aria-label": "Play or pause (Space)", text: "▶", onclick: () => this.toggle() });
    this.slider = make("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Frame", oninput: () => this.seek(Number(this.slider.value)) });
    this.tick = make("span", { class: "l2-tick", hidden: true });
    this.time = make("span", { class: "l2-time" });
    this.jumpButton = make("button", { type: "button", class: "l2-small", onclick: () => this.jump() });
    holder.replaceChildren(this.stage, make("div", { class: "l2-tools" }, this.playButton,
      make("span", { class: "l2-slider" }, this.slider, this.tick), this.time, this.jumpButton));
    this.zoom = new Zoom(this.stage, this.content);
    Object.assign(this, { clip: null, shown: null, at: 0, wantsWebm, marks: true });
    this.video.addEventListener("loadedmetadata", () => this.zoom.fit(this.video.videoWidth, this.video.videoHeight));
    this.video.addEventListener("loadeddata", () => this.ready());
    this.video.addEventListener("seeked", () => { this.wait.hidden = true; });
    this.video.addEventListener("timeupdate", () => this.follow());
    this.video.addEventListener("pause", () => this.settle());
    this.video.addEventListener("play", () => { this.playButton.textContent = "❚❚"; this.followFrames(); });
    this.video.addEventListener("error", () => this.broken());
    this.slider.addEventListener("change", () => this.slider.blur());
  }

  /** Forget the last clip and wait for that of a question. */
  expect(shown) {
    this.shown = shown;
    this.clip = null;
    this.video.pause();
    this.video.removeAttribute("src");
    this.say("Preparing the video …");
    this.zoom.reset();
    this.draw();
  }

  load(clip) {
    if (this.shown === null || clip.position !== this.shown.position) return;
    this.clip = clip;
    this.slider.max = clip.times_s.length - 1;
    this.video.src = clip.address;
    this.video.load();
  }

  say(text) {
    this.wait.textContent = text;
    this.wait.hidden = text === "";
  }

  ready() {
    if (this.clip === null) return;
    this.say("");
    this.seek(this.asked() ?? 0);
  }

  broken() {
    if (this.clip === null) return;
    const isWebm = this.clip.address.endsWith(".webm");
    this.say(isWebm ? "This browser can play neither H.264 nor VP8." : "This browser cannot play H.264; preparing the video as VP8 …");
    if (!isWebm) this.wantsWebm();
  }

  /** Number of the frame nearest to the moment that is asked about, or null. */
  asked() {
    if (this.clip === null || this.shown.asked_s === null) return null;
    const away = this.clip.times_s.map((time) => Math.abs(time - this.shown.asked_s));
    return away.indexOf(Math.min(...away));
  }

  seek(frame) {
    if (this.clip === null) return;
    this.video.pause();
    this.at = Math.max(0, Math.min(this.clip.times_s.length - 1, frame));
    this.video.currentTime = (this.at + 0.5) / this.clip.fps;
    this.draw();
  }

  step(n) { this.seek(this.at + n); }

  stepSeconds(n) { if (this.clip !== null) this.seek(this.at + Math.round(n * this.clip.fps)); }

  jump() { const asked = this.asked(); if (asked !== null) this.seek(asked); }

  toggle() {
    if (this.clip === null) return;
    if (!this.video.paused) return this.video.pause();
    if (this.at >= this.clip.times_s.length - 1) this.video.currentTime = 0;
    this.video.play().catch(() => {});
  }

  /** After playing, stand on the frame that is seen. */
  settle() {
    this.playButton.textContent = "▶";
    this.follow();
  }

  follow() {
    if (this.clip === null || this.video.seeking) return;
    this.at = Math.max(0, Math.min(this.clip.times_s.length - 1, Math.floor(this.video.currentTime * this.clip.fps)));
    this.draw();
  }

  followFrames() {
    if (this.video.requestVideoFrameCallback === undefined) return;
    this.video.requestVideoFrameCallback(() => {
      this.follow();
      if (!this.video.paused) this.followFrames();
    });
  }

  toggleMarks(shown) {
    this.marks = shown;
    this.draw();
  }

  draw() {
    const asked = this.asked();
    const n = this.clip?.times_s.length ?? 0;
    this.slider.value = this.at;
    this.slider.disabled = n === 0;
    this.time.textContent = n === 0 ? "" : `${this.clip.times_s[this.at].toFixed(2)} s · ${this.at + 1}/${n}`;
    this.jumpButton.hidden = this.shown?.asked_s === null;
    this.jumpButton.replaceChildren(`at ${this.shown?.asked_s?.toFixed(1)} s `, make("kbd", { text: "T" }));
    this.jumpButton.setAttribute("aria-pressed", String(asked === this.at));
    this.tick.hidden = asked === null;
    if (asked !== null) this.tick.style.left = `calc(8px + (100% - 16px) * ${asked / Math.max(1, n - 1)})`;
    const place = this.shown?.place;
    this.ring.hidden = !(this.marks && place && asked === this.at && this.video.paused);
    if (place) Object.assign(this.ring.style, { left: `${100 * place[0]}%`, top: `${100 * place[1]}%` });
  }
}

/** The frames that a model is shown, one large and all of them small. */
class FramePlayer {
  constructor(holder) {
    this.heading = make("div", { class: "l2-heading-words" });
    this.image = make("img", { class: "l2-content", alt: "", draggable: "false" });
    this.stage = make("div", { class: "l2-stage" }, this.image);
    this.strip = make("div", { class: "l2-strip" });
    this.time = make("span", { class: "l2-words" });
    this.playButton = make("button", { type: "button", class: "l2-small", "aria-label": "Play or pause (Space)", text: "▶", onclick: () => this.toggle() });
    holder.replaceChildren(this.heading, this.stage, make("div", { class: "l2-tools" }, this.playButton, this.time), this.strip);
    this.zoom = new Zoom(this.stage, this.image);
    this.image.addEventListener("load", () => this.zoom.fit(this.image.naturalWidth, this.image.naturalHeight));
    Object.assign(this, { frames: [], at: 0, timer: null });
  }

  expect(shown) {
    this.pause();
    this.frames = shown.frames;
    this.at = 0;
    this.heading.textContent = shown.frames_heading;
    this.strip.replaceChildren(...this.frames.map((frame, at) => make("button",
      { type: "button", class: "l2-frame", title: frame.caption, "aria-label": frame.caption, onclick: () => { this.pause(); this.seek(at); } },
      make("img", { src: frame.address, alt: "", draggable: "false" }))));
    this.zoom.reset();
    this.draw();
  }

  /** Resolves when all frames are there to be looked at. */
  arrived() {
    return Promise.allSettled([...this.strip.querySelectorAll("img")].map((image) => image.decode()));
  }

  seek(at) {
    this.at = Math.max(0, Math.min(this.frames.length - 1, at));
    this.draw();
  }

  step(n) { this.pause(); this.seek(this.at + n); }

  stepSeconds(n) { this.step(4 * n); }

  jump() {}

  toggleMarks() {}

  toggle() {
    if (this.timer !== null) return this.pause();
    if (this.at >= this.frames.length - 1) this.seek(0);
    this.playButton.textContent = "❚❚";
    this.timer = setInterval(() => {
      this.seek(this.at + 1);
      if (this.at >= this.frames.length - 1) this.pause();
    }, 250);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.playButton.textContent = "▶";
  }

  draw() {
    const frame = this.frames[this.at];
    this.stage.hidden = frame === undefined;
    this.time.textContent = frame?.caption ?? "";
    [...this.strip.children].forEach((one, at) => one.setAttribute("aria-current", String(at === this.at)));
    if (frame === undefined) return this.image.removeAttribute("src");
    this.image.src = frame.address;
    this.image.alt = frame.caption;
  }
}
