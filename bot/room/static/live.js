// The line to the room. It notices when it is dead, comes back by itself, and asks again, with the same id,
// what was asked before it broke: nothing is lost, and nothing happens twice.

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
const QUIET_MS = 15_000; // after so long without a word the line is probed
const ANSWER_WITHIN_MS = 5_000; // a line that says nothing at all for so long after a question is dead
const SLOWEST_PER_MS = 10; // a large message may take longer, at so many characters
const SLOW_MS = 300; // what takes longer is seen to be waiting
const LOOK_EVERY_MS = 1_000;
const FLEETING = new Set(["ping", "speak-at", "speak-over"]); // of no use any more once the line is back
const UNCOUNTED = new Set([...FLEETING, "search", "speak"]); // what nobody waits for
const NAMELESS = new Set(["NameTaken", "NameNeeded", "NotUnderstood"]);

// crypto.randomUUID is missing on plain http, which is how phones reach a laptop in the same flat.
export function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The secret in the address of the page; empty in the lobby.
export function linkOf(path) {
  return /^\/party\/([^/]+)/.exec(path)?.[1] ?? "";
}

export class Line {
  // store: keeps what is told; who() -> {name, secret}, {look: true} or {}
  // onShown(): something has changed; onAway({away, offline, bye, waiting}); onEntered(answer); onTold(words)
  // onSlow(whether something waits for its answer); onSound(what this page plays, as the party's speaker)
  constructor({ store, who, onShown, onAway, onEntered, onTold, onSlow = () => {}, onSound = () => {} }) {
    Object.assign(this, { store, who, onShown, onAway, onEntered, onTold, onSlow, onSound });
    this.waiting = new Map();
    this.tries = 0;
    this.away = false;
    this.bye = null; // what the room said before it closed the line
    this.entered = false;
    addEventListener("online", () => this.look());
    addEventListener("offline", () => this.report());
    addEventListener("pageshow", () => this.look());
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
    setInterval(() => this.tick(), LOOK_EVERY_MS);
    this.connect();
  }

  // Asks the room; the answer comes as {ok, say, ...}, however often the line breaks meanwhile.
  // onGoing is called once the room is at work on what may take long.
  ask(what, fields = {}, onGoing = null) {
    if (what !== "ping" && FLEETING.has(what) && !this.entered) return Promise.resolve({ ok: false, say: "", kind: "Away" });
    const message = { id: randomId(), do: what, ...fields }; // in this order, or a large one is not read
    return new Promise((answered) => {
      const asked = { message, answered, onGoing, going: false, sentAt: 0, longMs: ANSWER_WITHIN_MS };
      this.waiting.set(message.id, asked);
      if (this.entered) this.send(asked);
      this.report();
      setTimeout(() => this.slow(), SLOW_MS);
    });
  }

  slow() {
    this.onSlow([...this.waiting.values()].some(({ going, message }) => !going && !FLEETING.has(message.do)));
  }

  // Is the line there? At once, because somebody looks, or after a while of silence.
  look() {
    if (this.bye && !this.bye.retry) return;
    if (this.timer) return this.bye ? undefined : this.connect();
    this.report();
    if (this.entered && !this.probing) {
      this.probing = true;
      this.ask("ping").then(() => (this.probing = false));
    }
  }

  tick() {
    const now = performance.now();
    if (this.timer || this.socket.readyState > WebSocket.OPEN) return;
    const unheard = ({ going, sentAt, longMs }) => !going && sentAt && sentAt > this.heardAt && now - sentAt > longMs;
    if ([...this.waiting.values(), this.entering].some((asked) => asked && unheard(asked))) return this.lost(this.socket);
    if (this.socket.readyState === WebSocket.CONNECTING && now - this.heardAt > 2 * ANSWER_WITHIN_MS) this.lost(this.socket);
    else if (now - this.heardAt > QUIET_MS) this.look();
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    this.entered = this.probing = false;
    this.heardAt = performance.now();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/live`);
    this.socket = socket;
    socket.onopen = () => this.enter(this.who());
    socket.onmessage = ({ data }) => socket === this.socket && this.hear(JSON.parse(data));
    socket.onclose = () => this.lost(socket);
  }

  // Comes in, with a name if there is one.
  enter(who) {
    const since = this.store.since;
    const message = {
      id: randomId(),
      do: "enter",
      link: linkOf(location.pathname),
      language: document.documentElement.lang,
      ...who,
      ...(since && { since }),
    };
    const answered = (answer) => this.letIn(answer, who);
    this.entering = { message, answered, sentAt: 0, longMs: ANSWER_WITHIN_MS };
    this.send(this.entering);
  }

  letIn(answer, who) {
    this.entering = null;
    if (!answer.ok && who.name && NAMELESS.has(answer.kind)) {
      this.onEntered(answer);
      return this.enter({});
    }
    if (!answer.ok) return this.hearBye({ say: answer.say, kind: answer.kind, retry: ["Fault", "TooFast"].includes(answer.kind), after_s: 5 });
    this.tries = 0;
    this.entered = true;
    this.away = false;
    this.bye = null;
    for (const asked of this.waiting.values()) if (!FLEETING.has(asked.message.do)) this.send(asked);
    this.onEntered(answer);
    this.report();
  }

  hear(message) {
    this.heardAt = performance.now();
    if (message.own) {
      this.store.mine(message.own);
      if (this.store.state) this.onShown();
    } else if (message.state) {
      this.store.whole(message.state);
      this.onShown();
    } else if (message.change) {
      if (this.store.change(message.change)) return this.onShown();
      this.store.forget(); // something was missed: come in anew
      this.enter(this.who());
    } else if ("sound" in message && !("id" in message)) this.onSound(message.sound);
    else if (message.told) this.onTold(message.told);
    else if (message.bye) this.hearBye(message.bye);
    else this.hearAnswer(message);
  }

  hearAnswer(message) {
    if (message.id === this.entering?.message.id) return this.entering.answered(message);
    const asked = this.waiting.get(message.id);
    if (!asked) return;
    if (message.going) {
      if (!asked.going) asked.onGoing?.();
      asked.going = true;
    } else {
      this.waiting.delete(message.id);
      asked.answered(message);
    }
    this.slow();
  }

  // The room says why it closes the line, and whether to come back.
  hearBye(bye) {
    this.bye = bye;
    this.lost(this.socket);
  }

  lost(socket) {
    if (socket !== this.socket || this.timer) return;
    socket.onclose = null;
    socket.close();
    this.entered = false;
    this.entering = null;
    this.away = true;
    for (const [id, { message }] of this.waiting) if (FLEETING.has(message.do)) this.answerGone(id);
    if (this.bye && !this.bye.retry) {
      this.timer = -1;
      for (const id of [...this.waiting.keys()]) this.answerGone(id);
    } else {
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries) * (0.75 + Math.random() / 2);
      this.tries += 1;
      this.timer = setTimeout(() => this.connect(), Math.max(wait, 1000 * (this.bye?.after_s ?? 0)));
    }
    this.report();
  }

  answerGone(id) {
    const { answered } = this.waiting.get(id);
    this.waiting.delete(id);
    answered({ ok: false, say: this.bye?.say ?? "", kind: "Away" });
  }

  report() {
    const waiting = [...this.waiting.values()].filter(({ message }) => !UNCOUNTED.has(message.do)).length;
    this.onAway({ away: this.away, offline: !navigator.onLine, bye: this.bye, waiting });
  }

  send(asked) {
    const text = JSON.stringify(asked.message);
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(text);
    asked.sentAt = performance.now();
    asked.longMs = ANSWER_WITHIN_MS + text.length / SLOWEST_PER_MS;
  }
}
