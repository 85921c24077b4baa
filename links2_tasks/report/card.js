// One question: its text, options, pictures, and what each run answered.

/** Draw a question into the page. */
function drawCard(target, index, at, card) {
  const facts = index.cards;
  const title = make("h3", {}, words(spaced(index.tasks[facts.task[at]])), " ", words(facts.id[at], "code"));
  const variant = index.variants[facts.variant[at]];
  const origin = make(
    "p",
    { class: "origin" },
    "clip ", words(card.clip), ", region ", words(card.region),
    variant === "default" ? "" : ", variant ", variant === "default" ? "" : words(spaced(variant)),
  );
  target.replaceChildren(
    title, origin, drawQuestion(index, at, card), drawViews(card), drawAnswers(index, at, card), drawPrompts(index, at, card),
  );
}

function drawQuestion(index, at, card) {
  if (card.question === null) {
    return make("p", { class: "note", text: `The dataset is not at hand, so the question is missing. Right answer: ${card.right}` });
  }
  const letters = "ABCDEF";
  const list = make("ol", { class: "options" });
  card.options.forEach((option, place) => {
    const right = letters[place] === card.right;
    const chosen = card.answers.filter((answer) => index.answers[answer.run].read[at] === letters[place]);
    const item = make("li", { class: right ? "right" : null }, make("span", { class: "letter", text: letters[place] }), " ", words(option));
    if (right) item.append(make("span", { class: "mark", text: " ✓ right" }));
    for (const answer of chosen) item.append(" ", words(index.runs[answer.run].label, "bdi", { class: "chip" }));
    list.append(item);
  });
  const open = card.value ? make("p", { class: "note", text: `As a number: ${card.value}` }) : null;
  return make("div", { class: "asked-for" }, words(card.question, "p", { class: "question", dir: "auto" }), list, open ?? "");
}

function drawViews(card) {
  const holder = make("div", { class: "views" });
  if (card.frames.length > 0) holder.append(drawFrames(card.frames));
  if (card.maps.length > 0) holder.append(drawMaps(card.maps));
  if (holder.childNodes.length === 0 && card.faults.length === 0) {
    holder.append(make("p", { class: "note", text: "The report holds no pictures of this question (see --media)." }));
  }
  const lost = card.frames.length + card.maps.length - holder.querySelectorAll("figure").length;
  if (lost > 0) holder.append(make("p", { class: "note fault", text: `${lost} pictures could not be made.` }));
  for (const fault of card.faults) holder.append(words(fault, "p", { class: "note fault" }));
  return holder;
}

function drawAnswers(index, at, card) {
  const head = make("tr", {}, ...["run", "answer", "read as", "reply"].map((text) => make("th", { scope: "col", text })));
  const body = make("tbody");
  for (const answer of card.answers) body.append(drawAnswer(index, at, answer));
  return make("table", { class: "answers" }, make("caption", { text: "Answers" }), make("thead", {}, head), body);
}

function drawAnswer(index, at, answer) {
  const column = index.answers[answer.run];
  const score = column.score[at];
  const verdict = answer.verdict === "partly" ? `partly, ${score.toFixed(2)}` : answer.verdict;
  const sign = { right: "✓", wrong: "✗", partly: "◐" }[answer.verdict];
  const reply = make("td", { class: "reply" }, words(answer.raw === "" ? "(empty)" : answer.raw, "pre", { dir: "auto" }));
  const kind = index.kinds[column.kind[at]];
  if (kind) reply.append(make("p", { class: "aside" }, make("strong", { text: spaced(kind) }), answer.evidence ? " — " : "", words(answer.evidence)));
  if (answer.note) reply.append(words(answer.note, "p", { class: "aside" }));
  if (answer.tokens !== null) reply.append(make("p", { class: "aside", text: `${answer.tokens} tokens` }));
  return make(
    "tr",
    { class: answer.verdict },
    make("th", { scope: "row" }, words(index.runs[answer.run].label)),
    make("td", {}, make("span", { class: `verdict ${answer.verdict}`, text: `${sign} ${verdict}` })),
    make("td", {}, words(column.read[at] || "nothing"), make("br"), make("span", { class: "aside", text: spaced(index.reasons[column.reason[at]]) })),
    reply,
  );
}

/** The prompts, unpacked only when somebody wants to read them. */
function drawPrompts(index, at, card) {
  const used = new Map();
  for (const answer of card.answers) {
    if (answer.prompt === null) continue;
    used.set(answer.prompt, [...(used.get(answer.prompt) ?? []), index.runs[answer.run].label]);
  }
  if (used.size === 0) return make("p", { class: "note", text: "No run left a record of its prompt for this question." });
  const body = make("div", {});
  const holder = make("details", { class: "prompts" }, make("summary", { text: used.size > 1 ? `${used.size} prompts` : "Prompt" }), body);
  holder.addEventListener("toggle", async () => {
    if (!holder.open || body.childNodes.length > 0) return;
    const texts = (await unpack(`prompts-${Math.floor(at / index.perChunk)}`))[at % index.perChunk];
    for (const [place, labels] of used) {
      body.append(words(labels.join(", "), "p", { class: "aside" }), words(texts[place], "pre", { dir: "auto" }));
    }
  });
  return holder;
}
