// The line to the room: it comes back by itself, and what was asked before it broke is asked again with the
// same id, so that nothing is lost and nothing happens twice.

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
const ANSWER_WITHIN_MS = 12_000;
const SLOWEST_PER_MS = 10; // a large message may take longer, at so many characters
const CHANGES = new Set([
  "add", "import", "next", "vibe", "vote", "skip", "remove", "undo",
  "favourites", "play", "pause", "device", "volume", "stop", "save", "disconnect",
]);

// crypto.randomUUID is missing on plain http, which is how phones reach a laptop in the same flat.
export function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Line {
  // onState(state), onAway(whether it is away, how many changes wait), hello() -> {name, secret} or null,
  // onHello(answer), onTold(what has happened, in words)
  constructor({ onState, onAway, onHello, onTold, hello }) {
    Object.assign(this, { onState, onAway, onHello, onTold, hello });
    this.waiting = new Map();
    this.tries = 0;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    this.connect();
  }

  // Asks the room; the answer comes as {ok, say, ...}. Only changes outlive a broken line: what else was
  // asked is answered with ok false. onGoing is called once the room is at work on what may take long.
  ask(what, fields = {}, onGoing = null) {
    const message = { id: randomId(), do: what, ...fields }; // in this order, or a large one is not read
    return new Promise((answered) => {
      this.waiting.set(message.id, { message, answered, onGoing });
      const length = this.send(message);
      this.reportAway();
      setTimeout(() => this.isOverdue(message.id) && this.giveUp(), ANSWER_WITHIN_MS + length / SLOWEST_PER_MS);
    });
  }

  // What the room has said to be at work on may take long.
  isOverdue(id) {
    return this.waiting.has(id) && !this.waiting.get(id).going;
  }

  // A line can be dead without having been closed, after a phone has slept for instance.
  giveUp() {
    const socket = this.socket;
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.close();
    this.lost(socket);
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/live`);
    this.socket = socket;
    socket.onopen = () => this.greet();
    socket.onmessage = ({ data }) => this.hear(JSON.parse(data));
    socket.onclose = () => this.lost(socket);
  }

  hurry() {
    if (this.timer) this.connect();
  }

  greet() {
    this.tries = 0;
    this.away = false;
    this.onAway(false, 0);
    const unanswered = [...this.waiting.values()];
    const who = this.hello();
    if (who) this.ask("hello", who).then(this.onHello);
    for (const { message } of unanswered) this.send(message);
  }

  hear(message) {
    if (message.state) return this.onState(message.state);
    if (message.told) return this.onTold(message.told);
    const asked = this.waiting.get(message.id);
    if (message.going) return asked && this.isGoing(asked);
    this.waiting.delete(message.id);
    asked?.answered(message);
  }

  isGoing(asked) {
    if (!asked.going) asked.onGoing?.();
    asked.going = true;
  }

  lost(socket) {
    if (socket !== this.socket || this.timer) return;
    for (const [id, { message, answered }] of this.waiting) {
      if (CHANGES.has(message.do)) continue;
      this.waiting.delete(id);
      answered({ ok: false, say: "Can't reach the room right now. Try again in a moment.", kind: "Away" });
    }
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries) * (0.75 + Math.random() / 2);
    this.tries += 1;
    this.away = true;
    this.timer = setTimeout(() => this.connect(), wait);
    this.reportAway();
  }

  reportAway() {
    if (this.away) this.onAway(true, [...this.waiting.values()].filter(({ message }) => CHANGES.has(message.do)).length);
  }

  send(message) {
    const text = JSON.stringify(message);
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
    return text.length;
  }
}
