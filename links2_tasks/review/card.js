// The question itself, with what its mode adds: the truth, earlier decisions, a model's answer. All words of the data are
// put in as text, never as markup.

function drawCard(holder, shown, mode, act) {
  const parts = [headLine(shown), words(shown.question, "l2-question")];
  if (shown.letters === "") parts.splice(1, 1, words("Its media cannot be read, so it cannot be answered. Go on to the next one (N).", "l2-question"));
  parts.push(mode === "answer" ? choices(shown, act) : options(shown));
  if (shown.instruction) parts.push(words(shown.instruction, "l2-aside"));
  if (shown.model) parts.push(modelAnswer(shown));
  if (shown.value) parts.push(words(`As a number: ${shown.value}`, "l2-aside"));
  if (shown.others.length > 0) parts.push(others(shown));
  if (shown.facts.length > 0) parts.push(make("div", { class: "l2-facts" }, ...shown.facts.map((fact) => words(fact, "", "span"))));
  holder.replaceChildren(...parts);
  holder.scrollTop = 0;
}

function words(text, name, tag = "div") {
  return make(tag, { class: name, dir: "auto", text });
}

function headLine(shown) {
  const line = make("div", { class: "l2-head" }, make("span", { class: "l2-task-name", text: shown.title }),
    make("span", { class: "l2-aside", text: `${shown.position} of ${shown.n_items}` }));
  if (shown.decided) line.append(words(`you: ${shown.decided}`, "l2-badge", "span"));
  return line;
}

function options(shown) {
  const list = make("ol", { class: "l2-options" });
  [...shown.letters].forEach((letter, at) => {
    const item = make("li", { class: letter === shown.right ? "l2-right" : "" }, make("span", { class: "l2-letter", text: letter }), words(shown.options[at], "", "span"));
    if (letter === shown.right) item.append(make("span", { class: "l2-tag", text: "✓ right" }));
    if (letter === shown.model?.letter) {
      item.classList.add("l2-wrong");
      item.append(make("span", { class: "l2-tag", text: "✗ chosen" }));
    }
    list.append(item);
  });
  return list;
}

/** Options to choose from; the same key twice, or Enter, sends the answer. */
function choices(shown, act) {
  const list = make("div", { class: "l2-options", role: "radiogroup", "aria-label": "Options" });
  [...shown.letters].forEach((letter, at) => list.append(make("button",
    { type: "button", class: "l2-choice", role: "radio", "aria-checked": "false", "data-letter": letter, onclick: () => act.select(letter) },
    make("span", { class: "l2-letter", text: letter }), words(shown.options[at], "", "span"))));
  return list;
}

function modelAnswer(shown) {
  const model = shown.model;
  const holder = make("div", { class: "l2-model" }, make("div", { class: "l2-aside" }, "Reply of ", words(model.run, "", "strong")),
    words(model.reply === "" ? "(empty)" : model.reply, "l2-reply"));
  if (model.note) holder.append(words(model.note, "l2-aside"));
  if (model.rules_say) holder.append(words(`Rules say: ${model.rules_say}`, "l2-aside"));
  return holder;
}

function others(shown) {
  const holder = make("div", { class: "l2-others" }, make("div", { class: "l2-aside", text: "What others decided" }));
  for (const other of shown.others) {
    holder.append(make("div", {}, words(other.reviewer, "", "strong"), " ", words(other.words, "", "span")));
    if (other.edit === null) continue;
    holder.append(words(other.edit.question, "l2-reply"));
    other.edit.options.forEach((text, at) => {
      if (text !== shown.options[at]) holder.append(words(`${shown.letters[at]}. ${text}`, "l2-reply"));
    });
  }
  return holder;
}

function commentField(shown) {
  const field = make("input", { id: "l2-comment", maxlength: 2000, value: drafts.read("comment", shown) ?? "", placeholder: "Comment (C), before the category", "aria-label": "Comment" });
  field.addEventListener("input", () => drafts.write("comment", shown, field.value));
  field.addEventListener("keydown", (event) => { if (["Escape", "Enter"].includes(event.key)) { event.preventDefault(); field.blur(); } });
  return field;
}

const MEANINGS = {
  spatial_alignment: "the video was laid onto the wrong place of the map, or onto a mirrored or turned one",
  perception: "something was taken for what it is not, or not seen",
  temporal: "right for another moment, or for the video read backwards",
  direction: "place and moment may be right; the bearing, the heading, or left and right are not",
  scale_and_distance: "place and direction may be right; lengths are not",
  reasoning: "what was seen was right, what was concluded is not",
  format: "no answer could be read",
  undecided: "a person cannot tell either",
};

/** What can be decided now. */
function drawActions(holder, shown, mode, act, editing = false) {
  const button = (key, text, run, extra = {}) => make("button", { type: "button", onclick: run, ...extra }, `${text} `, make("kbd", { text: key }));
  if (editing) {
    return holder.replaceChildren(make("button", { type: "submit", form: "l2-edit", class: "l2-accept" }, "Save ", make("kbd", { text: "Ctrl" }), " ", make("kbd", { text: "Enter" })),
      button("Esc", "Leave the texts as they were", act.leave));
  }
  const rows = {
    check: () => [
      button("A", "Accept", act.accept, { class: "l2-accept" }), button("F", "Fix", act.fix), button("R", "Reject", act.reject, { class: "l2-refuse" }),
      make("span", { class: "l2-gap" }), button("U", "Undo", act.undo), button("P", "Previous", act.previous), button("N", "Next", act.next),
    ],
    answer: () => (shown.letters === "" ? [button("N", "Next", act.next)] : [button("Enter", "Answer", act.confirm, { class: "l2-accept", id: "l2-confirm", disabled: true }), make("span", { class: "l2-aside", text: "Choose by letter or number. An answer stands." })]),
    errors: () => [
      make("div", { class: "l2-categories" }, ...root.dataset.categories.split(",").map((name, at) => button(at + 1, name.replaceAll("_", " "), () => act.category(name), { title: MEANINGS[name] ?? "" }))),
      commentField(shown), button("U", "Undo", act.undo), button("P", "Previous", act.previous), button("N", "Next", act.next),
    ],
  };
  holder.replaceChildren(...rows[mode]());
}
