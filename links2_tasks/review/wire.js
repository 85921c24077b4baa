// Requests to the server. Gradio carries them: a hidden button sends what `outgoing` gives, and the reply comes to
// `incoming`. Each channel has one request under way at a time; a request without a reply is an error, never a guess.

const ALIVE = "links2/alive";
const FIRST_LOOK_MS = 1000;

class Channel {
  constructor(name) {
    this.name = name;
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
      const timer = setInterval(() => isAlive().then((alive) => alive || this.fail(number)), FIRST_LOOK_MS);
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

  fail(number) {
    if (this.waiting?.number !== number) return;
    this.settle().reject(new Error("The server does not answer. Nothing was stored; what you wrote is still here. Start it again, then try again."));
  }

  settle() {
    const waiting = this.waiting;
    this.waiting = null;
    clearInterval(waiting.timer);
    return waiting;
  }
}

async function isAlive() {
  try {
    return (await fetch(ALIVE, { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

const channels = { page: new Channel("page"), clip: new Channel("clip") };
