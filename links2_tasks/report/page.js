// The page as a whole: theme, keys, printing, and the start of the browser.

const THEMES = ["system", "light", "dark"];
let browser = null;

function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "system") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", theme);
  const button = document.getElementById("theme");
  button.textContent = `Theme: ${theme}`;
  button.setAttribute("aria-label", theme === "system" ? "Theme: as the system has it" : `Theme: ${theme}`);
  try {
    localStorage.setItem("links2-theme", theme);
  } catch {
    // Some browsers keep nothing for files; the choice then lasts as long as the page.
  }
}

function storedTheme() {
  try {
    const theme = localStorage.getItem("links2-theme");
    return THEMES.includes(theme) ? theme : "system";
  } catch {
    return "system";
  }
}

function nextTheme() {
  const now = document.documentElement.getAttribute("data-theme") ?? "system";
  setTheme(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
}

function isTyping(target) {
  return target instanceof HTMLElement && ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);
}

const KEYS = {
  j: () => browser?.move(1),
  ArrowRight: () => browser?.move(1),
  k: () => browser?.move(-1),
  ArrowLeft: () => browser?.move(-1),
  "]": () => browser?.turnPage(1),
  "[": () => browser?.turnPage(-1),
  "/": () => document.getElementById("f-text").focus(),
  "?": () => document.getElementById("help").showModal(),
  m: () => document.body.classList.toggle("no-marks"),
  t: nextTheme,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") {
      event.preventDefault(); // A search field would lose its text.
      event.target.blur();
    }
    return;
  }
  // A wide table or figure that has the focus scrolls with the arrows.
  if (event.key.startsWith("Arrow") && event.target.closest?.(".scroll") !== null) return;
  if (Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

document.getElementById("rows").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  browser?.move(step);
});

document.getElementById("theme").addEventListener("click", nextTheme);
document.getElementById("help-open").addEventListener("click", KEYS["?"]);
document.getElementById("by-region")?.addEventListener("change", (event) => {
  document.body.classList.toggle("by-region", event.target.checked);
});

// What is folded away on the screen is read on paper.
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details.folded:not([open])")];
  for (const details of unfolded) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});

async function startBrowser() {
  if (!canUnpack()) throw new Error("This browser cannot unpack the questions (it has no DecompressionStream); take a newer one.");
  browser = new Browser(await unpack("index"));
  await browser.start();
}

setTheme(storedTheme());
startBrowser().catch((error) => {
  const fault = document.getElementById("browser-fault");
  fault.textContent = `The questions cannot be shown: ${error.message}`;
  fault.hidden = false;
});
