// Requests to the server. Gradio carries them: a hidden button sends what `outgoing` gives, and the reply comes to
// `incoming`. Each channel has one request under way at a time; a request without a reply is an error, never a guess.

const LOOK = "gradio_api/login_check";
const LOOK_EVERY_MS = 1000;
const GONE = "The server does not answer. What you wrote is still here; once the server runs again, this page comes back by itself.";
const LOGGED_OUT = "You are logged out, perhaps because the server was started anew. Reload the page and log in; what you wrote is kept.";
const SILENT = "The server runs but gave no reply. Reload the page: it shows what was stored.";

class Channel {
  constructor(name, mostSeconds) {
    this.name = name;
    this.mostSeconds = mostSeconds;
    this.text = "";
    this.waiting = null;
    this.last = Promise.resolve();
    this.numbers = 0;
  }

  /** The server's reply to a request. Rejects where the server is gone. */
  ask(request) {
    const turn = this.last.then(() => this.send(request));
    this.last = turn.catch(() => {});
    return turn;
  }

  send(request) {
    const number = ++this.numbers;
    this.text = JSON.stringify({ ...request, number });
    return new Promise((resolve, reject) => {
      const since = performance.now();
      const timer = setInterval(() => this.look(number, since), LOOK_EVERY_MS);
      this.waiting = { number, resolve, reject, timer };
      document.getElementById(`links2-send-${this.name}`).click();
    });
  }

  receive(text) {
    let reply;
    try {
      reply = JSON.parse(text);
    } catch {
      return;
    }
    const unread = reply.number === -1 && reply.fault;
    if (this.waiting === null || (reply.number !== this.waiting.number && !unread)) return;
    this.settle().resolve(reply);
  }

  /** See why there is no reply yet; a slow server may take its time. */
  async look(number, since) {
    const fault = await whatIsWrong() || (performance.now() - since > 1000 * this.mostSeconds ? SILENT : "");
    if (fault && this.waiting?.number === number) this.settle().reject(new Error(fault));
  }

  settle() {
    const waiting = this.waiting;
    this.waiting = null;
    clearInterval(waiting.timer);
    return waiting;
  }
}

async function whatIsWrong() {
  try {
    const seen = await fetch(LOOK, { cache: "no-store" });
    return seen.status === 401 ? LOGGED_OUT : "";
  } catch {
    return GONE;
  }
}

const channels = { page: new Channel("page", 120), clip: new Channel("clip", 900) };
