// What a person writes: another wording, a reason, a comment, a name. Drafts outlive a reload of the page.

const drafts = {
  read(kind, shown) {
    try {
      return JSON.parse(sessionStorage.getItem(drafts.key(kind, shown)));
    } catch {
      return null;
    }
  },
  write(kind, shown, value) {
    try {
      if (value === null) sessionStorage.removeItem(drafts.key(kind, shown));
      else sessionStorage.setItem(drafts.key(kind, shown), JSON.stringify(value));
    } catch {
      // A browser that keeps nothing costs a draft on reload and no decision.
    }
  },
  key(kind, shown) {
    return `links2-review/${root.dataset.dataset}/${root.dataset.mode}/${kind}/${shown.question_sha256}`;
  },
};

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT" ||
    (target.tagName === "INPUT" && target.type !== "range");
}

/** Fields for the texts of a question, in place of the texts themselves. */
function editForm(shown, texts, save, leave) {
  const field = (label, value, rows) => make("label", {}, make("span", { class: "l2-letter", text: label }),
    make("textarea", { rows, maxlength: 4000, "aria-label": label === "?" ? "Question" : `Option ${label}` }, value));
  const fields = [field("?", texts.question, 3), ...texts.options.map((text, at) => field(shown.letters[at], text, 1))];
  const read = () => {
    const [question, ...options] = fields.map((one) => one.querySelector("textarea").value);
    return { question, options };
  };
  const form = make("form", { class: "l2-edit", id: "l2-edit" }, ...fields);
  form.addEventListener("input", () => drafts.write("edit", shown, read()));
  form.addEventListener("submit", (event) => { event.preventDefault(); save(read()); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); leave(); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  return form;
}

/** Ask for a reason; number keys stand for the usual ones while nothing is typed. */
function askReason(done) {
  const dialog = byId("reject");
  const words = byId("reason");
  const reasons = root.dataset.reasons.split("|");
  const finish = (reason) => { dialog.close(); done(reason); };
  words.value = "";
  byId("reasons").replaceChildren(...reasons.map((reason, at) => make("button", { type: "button", onclick: () => finish(withWords(reason)) },
    make("kbd", { text: at + 1 }), ` ${reason}`)));
  const withWords = (reason) => (words.value.trim() === "" ? reason : `${reason}: ${words.value.trim()}`);
  byId("reject-form").onsubmit = (event) => {
    event.preventDefault();
    if (words.value.trim() !== "") finish(words.value.trim());
  };
  dialog.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("reject-form").requestSubmit();
    else if (!isTyping(event.target) && reasons[Number(event.key) - 1] !== undefined) finish(withWords(reasons[Number(event.key) - 1]));
    else return;
    event.preventDefault();
  };
  dialog.showModal();
  dialog.focus(); // Not the first reason: Enter must not choose one by chance.
}

/** Who reviews, where nobody has to log in; asked once for each browser. */
function askName() {
  const known = storedName();
  if (known) return Promise.resolve(known);
  const dialog = byId("name");
  dialog.oncancel = (event) => event.preventDefault();
  dialog.showModal();
  byId("name-field").focus();
  return new Promise((resolve) => {
    byId("name-form").onsubmit = (event) => {
      event.preventDefault();
      const name = byId("name-field").value.trim();
      try { localStorage.setItem("links2-review-name", name); } catch { /* Asked again after a reload. */ }
      dialog.close();
      resolve(name);
    };
  });
}

function storedName() {
  try {
    return localStorage.getItem("links2-review-name") ?? "";
  } catch {
    return "";
  }
}

function forgetName() {
  try { localStorage.removeItem("links2-review-name"); } catch { /* There is none then. */ }
}
