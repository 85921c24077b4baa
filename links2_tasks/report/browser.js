// The list of questions: filters, pages, and which question is open.

const ROWS_PER_PAGE = 40;
const WAIT_MS = 200;

class Browser {
  constructor(index) {
    this.index = index;
    this.n = index.cards.id.length;
    this.found = [];
    this.place = -1;
    this.haystack = null;
    this.turn = 0;
    this.fields = Object.fromEntries(
      ["task", "run", "verdict", "reason", "kind", "variant", "pictured", "text"].map((name) => [name, document.getElementById(`f-${name}`)]),
    );
  }

  /** Fill the filters and show the first page, or the question that the address names. */
  async start() {
    this.options("task", this.index.tasks.map(spaced));
    this.options("run", this.index.runs.map((run) => run.label));
    this.options("reason", this.index.reasons.map(spaced));
    this.options("kind", this.index.kinds.map(spaced));
    this.options("variant", this.index.variants.map(spaced));
    this.fields.pictured.parentElement.hidden = new Set(this.index.cards.pictured).size < 2;
    const form = document.getElementById("filters");
    let waiting = null;
    const soon = (delay) => {
      document.getElementById("rows").setAttribute("aria-busy", "true");
      clearTimeout(waiting);
      waiting = setTimeout(() => this.filter(), delay);
    };
    form.addEventListener("input", () => soon(WAIT_MS));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => soon(0));
    document.getElementById("page-back").addEventListener("click", () => this.turnPage(-1));
    document.getElementById("page-on").addEventListener("click", () => this.turnPage(1));
    form.hidden = false;
    document.getElementById("split").hidden = false;
    const named = this.named();
    await this.filter(named);
    if (named >= 0) document.getElementById("questions").scrollIntoView();
  }

  options(name, labels) {
    labels.forEach((label, number) => {
      if (label !== "") this.fields[name].append(make("option", { value: String(number), text: label }));
    });
    if (labels.filter((label) => label !== "").length < 2 && name !== "reason") this.fields[name].parentElement.hidden = true;
  }

  /** The question that the address names after '#question=', or -1. */
  named() {
    const wanted = /^#question=(\d+)$/.exec(location.hash);
    return wanted !== null && Number(wanted[1]) < this.n ? Number(wanted[1]) : -1;
  }

  /** Look for the questions that pass all filters; `keep` stays open if it is among them. */
  async filter(keep = -1) {
    this.turn += 1;
    const turn = this.turn;
    const text = this.fields.text.value.trim().toLowerCase();
    if (text !== "" && this.haystack === null) {
      document.getElementById("count").textContent = "Reading all questions…";
      this.haystack = await this.gather();
    }
    if (turn !== this.turn) return;
    const passes = this.test();
    this.found = [];
    for (let at = 0; at < this.n; at += 1) {
      if (passes(at) && (text === "" || this.haystack[at].includes(text))) this.found.push(at);
    }
    const start = Math.max(0, this.found.indexOf(keep));
    await this.open(this.found.length > 0 ? start : -1, false);
    document.getElementById("rows").setAttribute("aria-busy", "false");
  }

  /** What a question must fulfil, but for the text. */
  test() {
    const { cards, answers } = this.index;
    const number = (name) => (this.fields[name].value === "" ? null : Number(this.fields[name].value));
    const [task, run, reason, kind, variant] = ["task", "run", "reason", "kind", "variant"].map(number);
    const verdict = this.fields.verdict.value;
    const columns = run === null ? answers : [answers[run]];
    const answered = (column, at) =>
      column.score[at] >= 0 &&
      (reason === null || column.reason[at] === reason) &&
      (kind === null || column.kind[at] === kind) &&
      (verdict === "" || verdictIs(verdict, column, at));
    return (at) =>
      (task === null || cards.task[at] === task) &&
      (variant === null || cards.variant[at] === variant) &&
      (this.fields.pictured.value === "" || cards.pictured[at] === 1) &&
      columns.some((column) => answered(column, at));
  }

  /** All text of each question, in small letters. */
  async gather() {
    const texts = [];
    for (let first = 0; first < this.n; first += this.index.perChunk) {
      for (const card of await unpack(`cards-${first / this.index.perChunk}`)) {
        const parts = [this.index.cards.id[texts.length], card.clip, card.region, card.question ?? "", ...card.options];
        for (const answer of card.answers) parts.push(answer.raw, answer.note);
        texts.push(parts.join("\n").toLowerCase());
      }
    }
    return texts;
  }

  get page() {
    return Math.max(0, Math.floor(this.place / ROWS_PER_PAGE));
  }

  /** Open the question at a place among those found, -1 for none; the address then names it, unless told otherwise. */
  async open(place, named = true) {
    this.place = place;
    this.list();
    const target = document.getElementById("card");
    if (place < 0) {
      target.replaceChildren(make("p", { class: "note", text: "No question passes these filters." }));
      return;
    }
    const at = this.found[place];
    const card = (await unpack(`cards-${Math.floor(at / this.index.perChunk)}`))[at % this.index.perChunk];
    if (this.place !== place || this.found[place] !== at) return;
    drawCard(target, this.index, at, card);
    target.setAttribute("data-question", String(at));
    if (named) history.replaceState(null, "", `#question=${at}`);
  }

  /** Open a question that was clicked; on a small screen it stands below the list. */
  async show(place) {
    await this.open(place);
    if (matchMedia("(max-width: 820px)").matches) document.getElementById("card").scrollIntoView();
  }

  move(step) {
    const place = this.place + step;
    if (place >= 0 && place < this.found.length) this.open(place);
  }

  turnPage(step) {
    const place = (this.page + step) * ROWS_PER_PAGE;
    if (place >= 0 && place < this.found.length) this.open(place);
  }

  /** Draw the page of the list that holds the open question. */
  list() {
    const first = this.page * ROWS_PER_PAGE;
    const rows = this.found.slice(first, first + ROWS_PER_PAGE).map((at, offset) => this.entry(at, first + offset));
    const hadFocus = document.activeElement?.classList.contains("entry");
    document.getElementById("rows").replaceChildren(...rows);
    const row = this.row(this.place);
    if (hadFocus) row?.focus({ preventScroll: true });
    if (row !== undefined) showWithin(document.getElementById("rows"), row);
    const pages = Math.max(1, Math.ceil(this.found.length / ROWS_PER_PAGE));
    document.getElementById("page-of").textContent = `page ${this.page + 1} of ${pages}`;
    document.getElementById("page-back").disabled = this.page === 0;
    document.getElementById("page-on").disabled = this.page + 1 >= pages;
    const all = this.n.toLocaleString("en");
    document.getElementById("count").textContent =
      this.found.length === this.n ? `${all} questions` : `${this.found.length.toLocaleString("en")} of ${all} questions`;
  }

  row(place) {
    return document.getElementById("rows").children[place - this.page * ROWS_PER_PAGE];
  }

  entry(at, place) {
    const { cards, answers, tasks } = this.index;
    const signs = make("span", { class: "signs" });
    answers.forEach((column, run) => {
      if (column.score[at] < 0) return;
      const verdict = column.score[at] >= 1 ? "right" : column.score[at] > 0 ? "partly" : "wrong";
      const sign = { right: "✓", wrong: "✗", partly: "◐" }[verdict];
      signs.append(make("span", { class: `verdict ${verdict}`, title: `${this.index.runs[run].label}: ${verdict}`, text: sign }));
    });
    return make(
      "button",
      { type: "button", class: "entry", "aria-current": place === this.place ? "true" : null, on: { click: () => this.show(place) } },
      words(spaced(tasks[cards.task[at]]), "span", { class: "task" }),
      signs,
      words(cards.id[at], "span", { class: "id" }),
    );
  }
}

/** Scroll a list so that a row of it is seen; the page itself stays where it is. */
function showWithin(list, row) {
  const [top, bottom] = [row.offsetTop - list.offsetTop, row.offsetTop - list.offsetTop + row.offsetHeight];
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}

function verdictIs(verdict, column, at) {
  const score = column.score[at];
  if (verdict === "right") return score >= 1;
  if (verdict === "wrong") return score === 0;
  if (verdict === "partly") return score > 0 && score < 1;
  return column.read[at] === "";
}
