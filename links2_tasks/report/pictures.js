// Frames and maps of a question. Pictures lie in the page as base64 and become images only when they are looked at.

const SEEN_PICTURES = 64;
const addresses = new Map();

/** Address of a picture, or null where the report holds none of this number. */
function pictureAddress(number) {
  if (addresses.has(number)) return addresses.get(number);
  const element = document.getElementById(`picture-${number}`);
  if (element === null) return null;
  const address = `data:image/webp;base64,${element.textContent.trim()}`;
  addresses.set(number, address);
  if (addresses.size > SEEN_PICTURES) addresses.delete(addresses.keys().next().value);
  return address;
}

/** The frames in the order in which they were shown. */
function drawFrames(frames) {
  const strip = make("div", { class: "strip" });
  for (const [number, time, asked, x, y] of frames) {
    const address = pictureAddress(number);
    if (address === null) continue;
    const caption = `${time.toFixed(1)} s${asked ? ", asked about" : ""}`;
    const image = make("img", { src: address, alt: `Frame at ${caption}`, decoding: "async" });
    const holder = make("button", { type: "button", class: "picture", "aria-label": `Enlarge the frame at ${caption}` }, image);
    if (asked && x !== null) holder.append(ring(x, y));
    holder.addEventListener("click", () => enlarge(holder));
    strip.append(make("figure", { class: asked ? "frame asked" : "frame" }, holder, make("figcaption", { text: caption })));
  }
  return strip;
}

/** A ring about the place in a frame that the question names. */
function ring(x, y) {
  const at = { cx: `${100 * x}%`, cy: `${100 * y}%`, fill: "none" };
  return makeSvg(
    "svg",
    { class: "ring", "aria-hidden": "true" },
    makeSvg("circle", { ...at, r: 9, stroke: "#15181c", "stroke-width": 5 }),
    makeSvg("circle", { ...at, r: 9, stroke: "#ffc400", "stroke-width": 2.5 }),
  );
}

/** The satellite images with their marks laid over them. */
function drawMaps(maps) {
  const holder = make("div", { class: maps.length > 1 ? "maps several" : "maps" });
  for (const map of maps) {
    const address = pictureAddress(map.picture);
    if (address === null) continue;
    const [left, top, width, height] = map.view;
    const image = makeSvg(
      "svg",
      { viewBox: `${left} ${top} ${width} ${height}`, role: "img", "aria-label": `Satellite image, ${map.caption}` },
      picture(address, 0, 0, map.size[0], map.size[1]),
    );
    const marks = map.marks === null ? null : pictureAddress(map.marks);
    if (marks !== null) {
      const drawn = picture(marks, left, top, width, height);
      drawn.setAttribute("class", "marks");
      image.append(drawn);
    }
    const button = make("button", { type: "button", class: "picture", "aria-label": `Enlarge the map, ${map.caption}` }, image);
    button.addEventListener("click", () => enlarge(button));
    holder.append(make("figure", { class: "map" }, button, make("figcaption", { text: map.caption })));
  }
  return holder;
}

function picture(address, x, y, width, height) {
  return makeSvg("image", { href: address, x, y, width, height, preserveAspectRatio: "none" });
}

/** A copy of a picture, as large as the window allows. */
function enlarge(holder) {
  const body = document.getElementById("enlarged-body");
  body.replaceChildren(...[...holder.childNodes].map((child) => child.cloneNode(true)));
  document.getElementById("enlarged").showModal();
}
