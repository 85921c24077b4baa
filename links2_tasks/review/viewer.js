// Pictures that can be zoomed and dragged, and the maps of a question.

const MOST_ZOOM = 24;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Lets a stage's content be zoomed about the pointer and dragged. */
class Zoom {
  static last = null; // The stage that was touched last; keys zoom it.

  constructor(stage, content, changed = () => {}) {
    Object.assign(this, { stage, content, changed, zoom: 1, x: 0, y: 0, size: [1, 1] });
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.grab(event));
    stage.addEventListener("pointerenter", () => { Zoom.last = this; });
    stage.addEventListener("dblclick", (event) => this.about(event, this.zoom > 1.05 ? 1 / this.zoom : 3));
    new ResizeObserver(() => this.draw()).observe(stage);
  }

  /** Tell how large the content is, in its own pixels. */
  fit(width, height) {
    this.size = [Math.max(1, width), Math.max(1, height)];
    this.draw();
  }

  reset() {
    Object.assign(this, { zoom: 1, x: 0, y: 0 });
    this.draw();
  }

  by(factor) {
    this.scaled(factor, this.stage.clientWidth / 2, this.stage.clientHeight / 2);
  }

  about(event, factor) {
    const box = this.stage.getBoundingClientRect();
    this.scaled(factor, event.clientX - box.left, event.clientY - box.top);
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    this.about(event, Math.exp(-Math.max(-120, Math.min(120, lines)) * 0.0025));
  }

  /** Zoom so that the place at (left, top) of the stage stays where it is. */
  scaled(factor, left, top) {
    const zoom = Math.max(1, Math.min(MOST_ZOOM, this.zoom * factor));
    const [middleX, middleY] = [this.stage.clientWidth / 2, this.stage.clientHeight / 2];
    const share = zoom / this.zoom;
    this.x = left - middleX - (left - middleX - this.x) * share;
    this.y = top - middleY - (top - middleY - this.y) * share;
    this.zoom = zoom;
    this.draw();
  }

  grab(event) {
    if (event.button !== 0 || event.target.closest("button, input") !== null) return;
    event.preventDefault();
    const from = { x: event.clientX - this.x, y: event.clientY - this.y };
    const move = (moved) => {
      this.x = moved.clientX - from.x;
      this.y = moved.clientY - from.y;
      this.draw();
    };
    const leave = () => {
      this.stage.removeEventListener("pointermove", move);
      this.stage.classList.remove("l2-dragged");
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.classList.add("l2-dragged");
    this.stage.addEventListener("pointermove", move);
    this.stage.addEventListener("pointerup", leave, { once: true });
    this.stage.addEventListener("pointercancel", leave, { once: true });
  }

  draw() {
    const [width, height] = this.size;
    const fitted = Math.min(this.stage.clientWidth / width, this.stage.clientHeight / height);
    const [shownWidth, shownHeight] = [width * fitted, height * fitted];
    const roomX = Math.max(0, (shownWidth * this.zoom - this.stage.clientWidth) / 2);
    const roomY = Math.max(0, (shownHeight * this.zoom - this.stage.clientHeight) / 2);
    this.x = Math.max(-roomX, Math.min(roomX, this.x));
    this.y = Math.max(-roomY, Math.min(roomY, this.y));
    Object.assign(this.content.style, { width: `${shownWidth}px`, height: `${shownHeight}px` });
    this.content.style.transform = `translate(-50%, -50%) translate(${this.x}px, ${this.y}px) scale(${this.zoom})`;
    this.changed(this.zoom);
  }
}

/** The maps of a question: a row of small ones where there are several, and a large one. */
class Viewer {
  constructor(holder) {
    this.image = make("img", { class: "l2-content", alt: "", draggable: "false" });
    this.stage = make("div", { class: "l2-stage", tabindex: "-1" }, this.image);
    this.row = make("div", { class: "l2-row", role: "tablist", "aria-label": "Maps" });
    this.caption = make("span", { class: "l2-words" });
    this.level = make("span", { class: "l2-level" });
    this.bareButton = make("button", { type: "button", class: "l2-small", onclick: () => this.toggleMarks() }, "Marks ", make("kbd", { text: "M" }));
    const tools = make("div", { class: "l2-tools" }, this.caption, this.level, this.bareButton,
      this.tool("−", "Zoom out (-)", () => this.zoom.by(1 / 1.5)), this.tool("+", "Zoom in (+)", () => this.zoom.by(1.5)),
      this.tool("fit", "Whole map (0)", () => this.zoom.reset()));
    holder.replaceChildren(this.row, this.stage, tools);
    this.zoom = new Zoom(this.stage, this.image, (level) => { this.level.textContent = level > 1.01 ? `${level.toFixed(1)} ×` : ""; });
    this.image.addEventListener("load", () => this.zoom.fit(this.image.naturalWidth, this.image.naturalHeight));
    Object.assign(this, { maps: [], at: 0, bare: false });
    Zoom.last = this.zoom;
  }

  tool(text, title, act) {
    return make("button", { type: "button", class: "l2-small", title, "aria-label": title, text, onclick: act });
  }

  show(maps) {
    Object.assign(this, { maps, at: 0, bare: false });
    this.row.hidden = maps.length < 2;
    this.row.replaceChildren(...maps.map((map, at) => this.thumbnail(map, at)));
    this.zoom.reset();
    this.draw();
    for (const map of maps) for (const address of [map.address, map.bare]) if (address) new Image().src = address;
  }

  thumbnail(map, at) {
    return make("button", { type: "button", class: "l2-thumb", role: "tab", title: map.caption, onclick: () => this.choose(at) },
      make("img", { src: map.address, alt: map.caption, draggable: "false" }),
      make("span", { text: shortName(map.caption, at) }));
  }

  choose(at) {
    if (this.maps.length === 0) return;
    this.at = (at + this.maps.length) % this.maps.length;
    this.draw();
  }

  toggleMarks() {
    this.bare = !this.bare && Boolean(this.maps[this.at]?.bare);
    this.draw();
  }

  draw() {
    const map = this.maps[this.at];
    this.stage.hidden = map === undefined;
    this.bareButton.hidden = !map?.bare;
    this.caption.textContent = map === undefined ? "No map can be shown." : `${map.caption}${this.bare ? ", without its marks" : ""}`;
    this.bareButton.setAttribute("aria-pressed", String(!this.bare));
    [...this.row.children].forEach((thumb, at) => thumb.setAttribute("aria-selected", String(at === this.at)));
    if (map === undefined) return this.image.removeAttribute("src");
    this.image.src = this.bare && map.bare ? map.bare : map.address;
    this.image.alt = map.caption;
  }
}

/** The letter that a caption names its map by, or its number. */
function shortName(caption, at) {
  return caption.match(/^Satellite image (\S{1,3}?)(,|$)/)?.[1] ?? String(at + 1);
}
