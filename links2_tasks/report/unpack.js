"use strict";
// Packed parts of the page: gzipped JSON in base64, inside script elements that are no scripts.

const unpacked = new Map();

/** The value of a packed part; each is unpacked once, and remembered. */
async function unpack(id) {
  if (!unpacked.has(id)) {
    const element = document.getElementById(id);
    if (element === null) throw new Error(`The report lacks its part ${id}; was the file cut off?`);
    unpacked.set(id, inflate(element.textContent.trim()));
  }
  return unpacked.get(id);
}

async function inflate(base64) {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** Whether this browser can take the parts apart. */
function canUnpack() {
  return typeof DecompressionStream === "function";
}

/** A new element; text becomes text and never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "on") for (const [kind, act] of Object.entries(value)) element.addEventListener(kind, act);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A new SVG element. */
function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Text from data, kept from turning around what stands beside it. */
function words(text, tag = "bdi", attributes = {}) {
  return make(tag, { ...attributes, text });
}

function spaced(name) {
  return name.replaceAll("_", " ");
}
