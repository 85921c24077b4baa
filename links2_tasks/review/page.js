// The page as a whole: what is shown, what keys do, and how long a question has been looked at.

let root = null;
let viewer = null;
let player = null;
const page = { name: "", task: "", shown: null, state: null, chosen: "", editing: false, busy: false, seconds: 0 };

function byId(name) {
  return document.getElementById(`l2-${name}`);
}

/** Ask the server, and show what it says. Where it fails, everything stays as it is; returns whether it went well. */
async function ask(kind, fields = {}) {
  if (page.busy) return false;
  page.busy = true;
  byId("busy").classList.add("l2-on");
  tell("", "");
  try {
    const reply = await channels.page.ask({ kind, name: page.name, task: page.task, ...fields });
    if (reply.fault) throw new Error(reply.fault);
    show(reply);
    return true;
  } catch (error) {
    tell(error.message, "");
    return false;
  } finally {
    page.busy = false;
    byId("busy").classList.remove("l2-on");
  }
}

function tell(fault, note) {
  byId("fault").textContent = fault;
  byId("fault").hidden = fault === "";
  byId("note").textContent = note;
  byId("note").hidden = note === "";
}

function show(reply) {
  Object.assign(page, { state: reply.state, shown: reply.shown, chosen: "", editing: false });
  tell("", reply.note);
  drawBar();
  byId("main").hidden = reply.shown === null;
  byId("done").hidden = reply.shown !== null;
  if (reply.shown === null) return drawDone();
  page.seconds = drafts.read("seconds", reply.shown) ?? 0;
  location.replace(`#${new URLSearchParams({ ...(page.task ? { task: page.task } : {}), at: reply.shown.position })}`);
  drawCard(byId("card"), reply.shown, page.state.mode, act);
  drawActions(byId("actions"), page.shown, page.state.mode, act);
  viewer.show(reply.shown.maps);
  player.expect(reply.shown);
  if (page.state.mode === "answer") waitForFrames(reply.shown);
  else {
    const draft = drafts.read("edit", reply.shown);
    if (page.state.mode === "check" && draft !== null) edit(draft);
    loadClip(reply.shown, false);
  }
  if (document.activeElement === document.body || isTyping(document.activeElement) === false) document.activeElement?.blur?.();
}

async function loadClip(shown, webm) {
  try {
    const reply = await channels.clip.ask({ kind: "clip", name: page.name, task: page.task, position: shown.position, webm });
    if (page.shown !== shown) return;
    if (reply.fault) player.say(reply.fault);
    else player.load(reply.clip);
  } catch (error) {
    if (page.shown === shown) player.say(error.message);
  }
}

/** The time on a question begins when its pictures are there. */
async function waitForFrames(shown) {
  page.waiting = true;
  await player.arrived();
  if (page.shown === shown) page.waiting = false;
}

function drawBar() {
  const { n_done: done, n_items: all, tasks, reviewer, mode } = page.state;
  byId("count").textContent = `${done} of ${all}`;
  byId("fill").style.width = `${(100 * done) / Math.max(1, all)}%`;
  byId("track").setAttribute("aria-valuenow", done);
  byId("track").setAttribute("aria-valuemax", all);
  byId("who").replaceChildren(make("span", { class: "l2-aside", text: "reviewer " }), make("strong", { text: reviewer }), " ",
    make("a", { href: "logout", class: "l2-leave", onclick: (event) => leave(event), text: root.dataset.asksName ? "change" : "log out" }));
  byId("timer").hidden = mode !== "answer" || page.shown === null;
  byId("tasks-body").replaceChildren(...tasks.map((one) => make("tr", {}, make("th", { scope: "row", text: one.title }),
    make("td", { text: one.n_done }), make("td", { text: one.n_given }))));
  drawFilter(tasks);
}

function drawFilter(counts) {
  const names = root.dataset.tasks === "" ? [] : root.dataset.tasks.split(",");
  byId("filter").hidden = names.length < 2;
  const label = (name) => {
    const found = counts.find((one) => one.task === name);
    return `${name.replaceAll("_", " ")}${found ? ` (${found.n_done}/${found.n_given})` : ""}`;
  };
  byId("task").replaceChildren(make("option", { value: "", text: "all tasks" }), ...names.map((name) => make("option", { value: name, text: label(name) })));
  byId("task").value = page.task;
}

function drawDone() {
  const { n_done: done, mode, reviewer } = page.state;
  const what = { check: "checked", answer: "answered", errors: "tagged" }[mode];
  const scope = page.task ? ` of ${page.task.replaceAll("_", " ")}` : "";
  byId("done").replaceChildren(make("div", { class: "l2-heading", text: `All done. Thank you, ${reviewer}.` }),
    make("div", { text: `You have ${what} ${done} question${done === 1 ? "" : "s"}${scope}; nothing else${scope} waits for you.` }));
  if (mode !== "answer") byId("done").append(make("div", { class: "l2-buttons" }, make("button", { type: "button", onclick: act.undo }, "Undo the last one ", make("kbd", { text: "U" })),
    make("button", { type: "button", onclick: () => act.open(1) }, "Look at the first one again")));
  history.replaceState(null, "", location.pathname);
}

function leave(event) {
  if (!root.dataset.asksName) return; // The link logs out.
  event.preventDefault();
  forgetName();
  location.reload();
}

/** Fields in place of the texts, and no other decision until they are saved or left. */
function edit(texts) {
  page.editing = true;
  const form = editForm(page.shown, texts, act.save, act.leave);
  byId("card").querySelector(".l2-question").replaceWith(form);
  byId("card").querySelector(".l2-options").remove();
  drawActions(byId("actions"), page.shown, page.state.mode, act, true);
  form.querySelector("textarea").focus();
}

/** Store a decision; the page moves on only when the server has said that it is kept. */
async function decide(fields) {
  const shown = page.shown;
  if (shown === null) return;
  const seconds = Math.round(page.seconds * 10) / 10;
  const stored = await ask("decide", { position: shown.position, question_sha256: shown.question_sha256, seconds, ...fields });
  if (stored) for (const kind of ["edit", "comment", "seconds"]) drafts.write(kind, shown, null);
}

const act = {
  accept: () => { if (!page.editing) decide({ verdict: "accepted" }); },
  fix: () => { if (page.shown !== null && !page.editing) edit(page.shown.edit ?? page.shown); },
  save: (edited) => decide({ verdict: "fixed", edit: edited }),
  leave: () => {
    page.editing = false;
    drafts.write("edit", page.shown, null);
    drawCard(byId("card"), page.shown, page.state.mode, act);
    drawActions(byId("actions"), page.shown, page.state.mode, act);
  },
  reject: () => { if (page.shown !== null && !page.editing) askReason((reason) => decide({ verdict: "rejected", reason })); },
  undo: () => { if (!page.editing) ask("undo", { position: page.shown?.position ?? 0 }); },
  next: () => { if (page.shown !== null) page.state.mode === "answer" || page.shown.position >= page.shown.n_items ? ask("next", { position: page.shown.position }) : act.open(page.shown.position + 1); },
  previous: () => { if (page.shown !== null && page.shown.position > 1) act.open(page.shown.position - 1); },
  open: (position) => ask("open", { position }),
  category: (name) => decide({ category: name, comment: byId("comment").value }),
  select: (letter) => {
    page.chosen = letter;
    for (const one of byId("card").querySelectorAll(".l2-choice")) one.setAttribute("aria-checked", String(one.dataset.letter === letter));
    byId("confirm").disabled = false;
  },
  choose: (letter) => {
    if (page.shown === null || !page.shown.letters.includes(letter)) return;
    if (page.chosen === letter) act.confirm();
    else act.select(letter);
  },
  confirm: () => { if (page.chosen !== "") decide({ letter: page.chosen }); },
};

// Key, what it does, and how the help names it; keys without a name do the same as another one.
const MEDIA_KEYS = [
  [" ", () => player.toggle(), "Space", "play or pause"],
  ["ArrowLeft", (event) => (event.shiftKey ? player.stepSeconds(-1) : player.step(-1)), "←", "one frame back; with Shift a second"],
  ["ArrowRight", (event) => (event.shiftKey ? player.stepSeconds(1) : player.step(1)), "→", "one frame on; with Shift a second"],
  ["+", () => Zoom.last.by(1.5), "+", "zoom in what the pointer was on last; also the wheel"],
  ["=", () => Zoom.last.by(1.5)],
  ["-", () => Zoom.last.by(1 / 1.5), "−", "zoom out"],
  ["0", () => Zoom.last.reset(), "0", "the whole picture; also a double click"],
  ["[", () => viewer.choose(viewer.at - 1), "[", "the map before"],
  ["]", () => viewer.choose(viewer.at + 1), "]", "the next map"],
  ["?", () => byId("help").showModal(), "?", "these keys"],
];
const TRUTH_KEYS = [
  ["t", () => player.jump(), "T", "the moment that is asked about"],
  ["m", () => { viewer.toggleMarks(); player.toggleMarks(!viewer.bare); }, "M", "marks on or off"],
  ["u", () => act.undo(), "U", "take the last decision back"],
  ["n", () => act.next(), "N", "the next question, without deciding"],
  ["p", () => act.previous(), "P", "the question before"],
];
const MODE_KEYS = {
  check: [
    ["a", () => act.accept(), "A", "accept"],
    ["f", () => act.fix(), "F", "fix the texts; Ctrl+Enter saves, Esc leaves"],
    ["r", () => act.reject(), "R", "reject, then a number for the reason"],
    ["Escape", () => { if (page.editing) act.leave(); }],
    ...TRUTH_KEYS,
  ],
  answer: [
    ...[..."abcdef"].map((letter, at) => [letter, () => act.choose(letter.toUpperCase()), ...(at === 0 ? ["A – F", "choose an option; also 1 – 6"] : [])]),
    ...[..."123456"].map((digit, at) => [digit, () => act.choose("ABCDEF"[at])]),
    ["Enter", () => act.confirm(), "Enter", "answer; the same letter again does it too"],
    ["n", () => { if (page.shown?.letters === "") act.next(); }],
  ],
  errors: [
    ...[..."12345678"].map((digit, at) => [digit, () => chooseCategory(at), ...(at === 0 ? ["1 – 8", "the category"] : [])]),
    ["c", () => byId("comment").focus(), "C", "write a comment; Esc leaves it"],
    ...TRUTH_KEYS,
  ],
};

function chooseCategory(at) {
  const name = root.dataset.categories.split(",")[at];
  if (name !== undefined && page.shown !== null) act.category(name);
}

function drawHelp(keys) {
  const named = keys.filter((one) => one.length === 4);
  byId("keys").replaceChildren(...named.flatMap(([, , key, meaning]) => [make("kbd", { text: key }), make("span", { text: meaning })]));
}

function onKey(keys, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null) return;
  if (isTyping(event.target)) return;
  if (event.target.type === "range" && event.key.startsWith("Arrow")) event.target.blur();
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // A button that has the focus is pressed by Enter and Space, as everywhere.
  if ((key === " " || key === "Enter") && event.target.closest?.("button, a") !== null) return;
  const found = keys.find((one) => one[0] === key);
  if (found === undefined) return;
  if (page.state === null || (page.shown === null && !["u", "?"].includes(key))) return;
  event.preventDefault();
  if (event.repeat && !key.startsWith("Arrow") && key !== "+" && key !== "-") return;
  found[1](event);
}

function countSeconds() {
  let before = performance.now();
  setInterval(() => {
    const now = performance.now();
    const passed = (now - before) / 1000;
    before = now;
    if (page.shown === null || document.hidden || page.waiting) return;
    page.seconds += Math.min(passed, 2); // A machine that slept was not looked at.
    drafts.write("seconds", page.shown, page.seconds);
    byId("timer").textContent = `${Math.floor(page.seconds / 60)}:${String(Math.floor(page.seconds % 60)).padStart(2, "0")}`;
  }, 500);
}

async function start() {
  root = document.getElementById("l2");
  const mode = root.dataset.mode;
  document.body.classList.add("l2-body");
  byId("mode").textContent = root.dataset.words;
  viewer = new Viewer(byId("viewer"));
  player = mode === "answer" ? new FramePlayer(byId("player")) : new ClipPlayer(byId("player"), () => loadClip(page.shown, true));
  const keys = [...MODE_KEYS[mode], ...MEDIA_KEYS];
  drawHelp(keys);
  document.addEventListener("keydown", (event) => onKey(keys, event));
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("progress").addEventListener("click", () => byId("tasks").showModal());
  byId("task").addEventListener("change", () => { page.task = byId("task").value; byId("task").blur(); ask("open"); });
  for (const close of root.querySelectorAll(".l2-close")) close.addEventListener("click", () => close.closest("dialog").close());
  countSeconds();
  const place = new URLSearchParams(location.hash.slice(1));
  page.task = mode === "answer" ? "" : place.get("task") ?? "";
  page.name = root.dataset.asksName ? await askName() : "";
  const opened = await ask("open", { position: Number(place.get("at")) || 0 });
  if (!opened && root.dataset.asksName) forgetName(); // Perhaps the name was none: ask for another after a reload.
}

window.links2 = {
  start,
  outgoing: (channel) => channels[channel].text,
  incoming: (channel, text) => channels[channel].receive(text),
};
