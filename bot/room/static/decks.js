// Two players in turn: one plays, the other has the next song ready. What goes on by itself hangs on the players'
// own events, which a browser keeps sending to a page that sounds while nobody looks at it.

import { Deck, MOST_LAG_S } from "./deck.js";

const AHEAD_S = 1; // the next player starts so long before it is heard, and is held back until then
const BARELY_S = 0.05; // where nothing can be held back
const SOON_S = 1.5; // so long before a change a timer waits for it: players tell where they are four times a second
const SETTLED_S = 0.1; // so shortly before it is heard nothing is changed about when
const APART_S = 3; // whoever is further from the party than this goes where the party is
const ALLOWED_MS = 400; // so long a browser may take to allow sound
const LOUDER_S = 0.02;

export class Decks {
  // onOver(entry): it came to its end, or the next one begins to cover it; onFailed(song): it cannot be played
  // onMoved(isChange): where it is, in the usual course of things or not; onPaused(isPaused): the browser did that
  // onRefused(): the browser wants a click first
  constructor(on) {
    this.on = on;
    this.decks = [0, 1].map(() => new Deck((event, deck) => this.hear(event, deck)));
    this.now = this.decks[0];
    this.next = null;
    this.coming = null; // of the other player, while it plays and is not heard yet: { fadeS, at }
    this.crossfadeS = 0;
    this.loudness = 1;
    this.context = null;
  }

  get other() {
    return this.decks.find((deck) => deck !== this.now);
  }

  // What plays, and how much of it is left; null for nothing, and while nobody knows.
  get at() {
    const { song, left, position, audio } = this.now;
    return song && left >= 0 ? { entry: song.entry, leftS: left, positionS: position, lengthS: audio.duration } : null;
  }

  get isPaused() {
    return this.now.audio.paused;
  }

  // Asks the browser for sound: false where it wants a click first. To be called within one where there is one.
  async unlock() {
    for (const { song, audio } of this.decks) if (!song) audio.load(); // which allows this player to start later
    this.context ??= this.wire();
    if (!this.context) return true; // then playing tells
    const resumed = this.context.resume().catch(() => {});
    await Promise.race([resumed, new Promise((done) => setTimeout(done, ALLOWED_MS))]);
    return this.context.state === "running";
  }

  // Has Web Audio carry the sound; not where the volume is the device's alone, which is where it stops as soon as
  // the screen is off: players by themselves play on there, without levelling and crossfade.
  wire() {
    const probe = new Audio();
    probe.volume = 0.5;
    if (probe.volume !== 0.5) return null;
    const context = new AudioContext({ latencyHint: "playback" });
    this.master = context.createGain();
    this.master.connect(context.destination);
    for (const deck of this.decks) deck.connect(context, this.master);
    this.volume(this.loudness);
    context.onstatechange = () => context.state !== "running" && this.now.wanted && this.comeBack();
    return context;
  }

  // A call or another program has taken the sound away.
  async comeBack() {
    if (!(await this.unlock())) this.on.onRefused();
  }

  // How loud all of it is, from 0 to 1.
  volume(loudness) {
    this.loudness = loudness;
    this.master?.gain.setTargetAtTime(loudness ** 2, this.master.context.currentTime, LOUDER_S);
  }

  // Does what the room says.
  follow({ playing, next, paused, crossfade_s: crossfadeS }) {
    this.next = next;
    this.crossfadeS = crossfadeS;
    if (this.coming && this.other.song?.entry !== next?.entry) this.retreat();
    if (playing?.link) this.be(playing, paused);
    else this.silence();
    this.prepare();
  }

  be(playing, paused) {
    if (this.now.song?.entry !== playing.entry) this.change(playing);
    const { now } = this;
    const at = playing.position_ms / 1000;
    if (Math.abs(now.position - at) > APART_S && !(at > now.audio.duration)) this.seek(at);
    if (paused) this.pause();
    else this.play();
  }

  play() {
    const { wanted, audio } = this.now;
    if ((!wanted || audio.paused) && !audio.ended) this.now.play();
  }

  pause() {
    this.retreat();
    this.now.pause();
    if (this.other.leaving) this.other.unload();
  }

  seek(positionS) {
    this.retreat();
    this.now.seek(positionS);
  }

  silence() {
    this.retreat();
    this.now.cut();
  }

  stop() {
    this.next = this.coming = null;
    for (const deck of this.decks) deck.cut();
  }

  // Another song plays from now on.
  change(playing) {
    this.retreat();
    const before = this.now;
    this.now = this.other;
    before.cut();
    if (this.now.song?.entry !== playing.entry || this.now.leaving) this.now.load(playing);
  }

  // Has the next song ready, as soon as there is a player for it.
  prepare() {
    const { next, other } = this;
    if (this.coming || other.leaving || (next && next.entry === this.now.song?.entry)) return;
    if (!next?.link) other.unload();
    else if (other.song?.entry !== next.entry) other.load(next);
  }

  hear(event, deck) {
    if (event === "error") return this.failed(deck);
    if (deck !== this.now) return this.hearOther(event, deck);
    if (event === "refused") return this.on.onRefused();
    if (event === "timeupdate") this.look();
    if (event === "ended") return this.ended();
    if (["pause", "play"].includes(event)) return this.turned(deck);
    if (event !== "cut") this.on.onMoved(event !== "timeupdate");
    return undefined;
  }

  hearOther(event, deck) {
    if (this.coming) return this.aim();
    if (event === "cut") this.prepare();
    if (deck.leaving && event === "ended") setTimeout(() => deck.leaving && (deck.unload(), this.prepare()), 1000 * deck.lag);
    return undefined;
  }

  // Somebody has stopped it, or had it go on, past us: keys of the headphones, another program, the system.
  turned(deck) {
    const { paused, ended } = deck.audio;
    if (ended || paused !== deck.wanted) return;
    deck.wanted = !paused;
    this.on.onPaused(paused);
  }

  failed(deck) {
    const { song } = deck;
    if (deck !== this.now) this.coming = null;
    deck.unload();
    if (deck === this.now) this.on.onFailed(song);
  }

  // Is it time for the next song?
  look() {
    clearTimeout(this.timer);
    if (this.coming) return this.arrive();
    const { now, other } = this;
    if (!now.wanted || !(now.left >= 0) || !this.hasNext || !other.isReady) return undefined;
    const fadeS = this.context ? Math.min(this.crossfadeS, now.audio.duration / 3, other.audio.duration / 3) : 0;
    const dueS = now.left - fadeS - (this.context ? AHEAD_S : BARELY_S);
    if (dueS <= 0) return this.bring(fadeS);
    if (dueS < SOON_S) this.timer = setTimeout(() => this.look(), 1000 * dueS);
    return undefined;
  }

  get hasNext() {
    const { next, other } = this;
    return Boolean(next) && other.song?.entry === next.entry && !other.leaving;
  }

  // The next player starts, and is held back.
  bring(fadeS) {
    this.coming = { fadeS, at: Infinity };
    if (this.context) this.other.hold(Math.min(MOST_LAG_S, AHEAD_S + this.now.left));
    this.other.play();
  }

  // Says when it is to be heard, as soon as and as long as that can be said better: it has started, somewhat late.
  aim() {
    const { coming, now, other } = this;
    const started = other.audio.currentTime > 0 && !other.audio.paused;
    if (!started || now.clock > coming.at - SETTLED_S) return this.arrive();
    if (this.context) {
      const here = now.clock;
      const wentIn = here - other.audio.currentTime;
      other.hold(Math.min(MOST_LAG_S, Math.max(0, here + now.left - coming.fadeS - wentIn)));
      coming.at = wentIn + other.lag;
      other.rise(coming.at, coming.fadeS);
      now.fall(coming.at, coming.fadeS);
      this.timer = setTimeout(() => this.look(), Math.max(0, 1000 * (coming.at - here)));
    } else coming.at = 0;
    return this.arrive();
  }

  // It is heard: the song before is over, and the room is told.
  arrive() {
    const { coming, now: before } = this;
    if (!(before.clock >= coming.at)) return;
    const { entry } = before.song;
    this.coming = null;
    this.now = this.other;
    before.leave();
    this.on.onOver(entry);
    this.on.onMoved(true);
    this.prepare();
  }

  // The next player waits again: something has come between.
  retreat() {
    clearTimeout(this.timer);
    if (!this.coming) return;
    this.coming = null;
    this.other.pause();
    this.other.seek(0);
    this.now.level();
  }

  // It came to its end before the next one was there, if there is any.
  ended() {
    const { now } = this;
    if (this.coming) return undefined;
    if (this.hasNext) return this.bring(0);
    const { entry } = now.song;
    now.wanted = false;
    return setTimeout(() => this.now === now && now.song?.entry === entry && this.on.onOver(entry), 1000 * now.lag);
  }
}
