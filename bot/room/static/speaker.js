// This page as the party's speaker: it plays by itself and says how far it is, and the party's clock follows.

import { Decks } from "./decks.js";
import { recall, remember } from "./kept.js";
import { position } from "./media.js";
import { SpeakerView } from "./speakerview.js";
import { say } from "./words.js";

const KEPT = "encore.speaker"; // what this page is called as the speaker, for when it is loaded anew
const LOUDNESS = "encore.loudness";
const RESUMES_MS = 10_000; // so long the room waits for a page that was the speaker
const REPORT_MS = 5_000;
const TRY_AGAIN_MS = 5_000;
const MOST_FAILED = 3; // after so many songs in a row that cannot be played none is passed over any more

export class Speaker {
  // ask(what, fields) -> answer; first(..): the same, where a name may be asked for, or null without one
  // who() -> what a screen says whose it is
  // onTurned(): it sounds here, or no more
  constructor({ ask, first = ask, who = () => ({}), onTurned = () => {} }) {
    Object.assign(this, { ask, first, who, onTurned });
    this.id = null; // what the room calls this page as the speaker
    this.sound = null; // what the room has said last
    this.asking = 0; // what is said meanwhile is older than the answer
    this.owed = null; // the song that is over here, until the room knows
    this.reportedAt = 0;
    this.failures = 0;
    this.refused = false;
    this.decks = new Decks({
      onOver: (entry) => this.over(entry, false),
      onFailed: (song) => this.failed(song),
      onMoved: (isChange) => this.moved(isChange),
      onPaused: (isPaused) => this.report(isPaused),
      onRefused: () => this.refuse(),
    });
    this.view = new SpeakerView({ begin: () => this.begin(), end: () => this.end(), loudness: (value) => this.loud(value) });
    this.loud(Number(recall(LOUDNESS) ?? 1));
    addEventListener("pagehide", () => this.keep());
  }

  get isOn() {
    return this.id !== null;
  }

  // What the room says of itself: whether the button is there.
  show(state, own) {
    this.view.show(state, own, this);
  }

  // Somebody has pressed the button, which is also what browsers want before a page may sound.
  async begin() {
    const allowed = this.decks.unlock();
    if (this.isOn) return (await allowed) && this.allowed();
    const answer = await this.first("speak", { again: this.before() ?? "", ...this.who() });
    if (!answer) return undefined;
    if (await allowed) this.refused = false;
    else this.refuse();
    return this.answered(answer);
  }

  // The room has let this page in, at first or again: it takes up what it was.
  async entered() {
    const again = this.id ?? this.before();
    if (!again) return;
    if (!this.isOn && !(await this.decks.unlock())) return this.refuse();
    this.answered(await this.ask("speak", { again, ...this.who() }));
  }

  answered(answer) {
    if (!answer.ok) return this.stop(answer.say);
    const isNew = !this.isOn;
    this.id = answer.speaker;
    this.keep();
    if (isNew) this.onTurned();
    if (this.owed) return this.over(this.owed.entry, this.owed.failed);
    // Whoever was away and played on has the party follow, as ever.
    if (!isNew && !answer.sound?.paused && this.decks.at?.entry === answer.sound?.playing?.entry) return this.report();
    return this.take(answer.sound);
  }

  async end() {
    await this.tell("speak-end");
    this.stop();
  }

  // What the room says to the speaker.
  hear(sound) {
    if (this.isOn && !this.asking && !this.owed) this.take(sound);
  }

  take(sound) {
    if (!sound) return this.stop();
    this.sound = sound;
    if (!this.refused) this.decks.follow(sound);
    this.say();
    return undefined;
  }

  async tell(what, fields = {}) {
    this.asking += 1;
    const answer = await this.ask(what, fields);
    this.asking -= 1;
    if (answer.ok && this.isOn && !this.asking && !this.owed) this.take(answer.sound);
    if (answer.kind === "SpeakerLost") this.stop(answer.say);
    return answer;
  }

  over(entry, failed) {
    const owed = { entry, failed };
    this.owed = owed;
    return this.settle(owed);
  }

  async settle(owed) {
    this.asking += 1;
    const answer = await this.ask("speak-over", owed);
    this.asking -= 1;
    if (answer.kind === "Away" || this.owed !== owed) return; // it is said again when the line is back
    this.owed = null;
    if (answer.ok && this.isOn && !this.asking) this.take(answer.sound);
    if (answer.kind === "SpeakerLost") this.stop(answer.say);
  }

  moved(isChange) {
    this.failures = 0;
    if (isChange) position(this.decks.at, this.decks.isPaused);
    if (isChange || performance.now() - this.reportedAt > REPORT_MS) this.report();
  }

  // How far it is; and whether it was paused here, where that was not the room's doing.
  report(paused = null) {
    const { at } = this.decks;
    if (!this.isOn || !at || !Number.isFinite(at.leftS) || this.owed) return;
    if (this.asking && paused === null) return;
    this.reportedAt = performance.now();
    this.tell("speak-at", { entry: at.entry, left_ms: Math.round(1000 * at.leftS), ...(paused !== null && { paused }) });
  }

  pause(isPaused) {
    if (isPaused) this.decks.pause();
    else this.decks.play();
    this.report(isPaused);
  }

  seek(positionS) {
    this.decks.seek(positionS); // which is reported once it is there
  }

  move(byS) {
    const { at } = this.decks;
    if (at) this.seek(Math.min(Math.max(0, at.positionS + byS), at.lengthS));
  }

  // A song cannot be played: because of its file, or because where it is from is away.
  async failed({ entry, link }) {
    if (this.sound?.playing?.entry !== entry) return;
    this.failures += 1;
    const isThere = await this.isThere(link);
    if (!this.isOn || this.sound?.playing?.entry !== entry) return;
    if (isThere !== null && this.failures <= MOST_FAILED) return void this.over(entry, true);
    this.view.say(isThere === null ? say("I can't reach this song right now. I'll keep trying.") : say("This page can't play these songs."));
    clearTimeout(this.again);
    if (isThere === null) this.again = setTimeout(() => this.tryAgain(entry), TRY_AGAIN_MS);
  }

  async tryAgain(entry) {
    if (this.isOn && this.sound?.playing?.entry === entry) await this.tell("speak", { again: this.id, ...this.who() });
  }

  // Whether a song's file can be had; null where nobody knows, because it is away.
  async isThere(link) {
    try {
      const { ok, status } = await fetch(link, { headers: { Range: "bytes=0-0" }, cache: "no-store" });
      return ok || (status < 500 && status !== 429 ? ok : null);
    } catch {
      return null;
    }
  }

  // The browser wants a click before it plays.
  refuse() {
    this.refused = true;
    this.view.say(say("Your browser wants a click before it plays. Press “Sound here”."));
    this.view.draw(this);
  }

  allowed() {
    this.refused = false;
    if (this.sound) this.tell("speak", { again: this.id, ...this.who() });
    this.view.draw(this);
  }

  stop(why = "") {
    const wasOn = this.isOn;
    Object.assign(this, { id: null, sound: null, owed: null, refused: false });
    clearTimeout(this.again);
    this.decks.stop();
    this.keep();
    this.view.say(why);
    this.view.draw(this);
    if (wasOn) this.onTurned();
  }

  say() {
    const { playing } = this.sound;
    if (!this.refused) this.view.say(playing && !playing.link ? say("This song has no file here, so it's silent.") : "");
    this.view.draw(this);
  }

  loud(value) {
    this.decks.volume(value);
    this.view.loud(value);
    remember(LOUDNESS, String(value));
  }

  // Keeps what this page is called for when it is loaded anew; another tab has its own.
  keep() {
    try {
      if (this.isOn) sessionStorage.setItem(KEPT, JSON.stringify({ id: this.id, at: Date.now() }));
      else sessionStorage.removeItem(KEPT);
    } catch {
      // then it is begun anew by hand
    }
  }

  before() {
    try {
      const { id, at } = JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
      return Date.now() - at < RESUMES_MS ? id : null;
    } catch {
      return null;
    }
  }
}
