// Two players in turn: one plays, the other has the next song ready. What goes on by itself hangs on the players'
// own events, which a browser keeps sending to a page that sounds while nobody looks at it.

import { Deck } from "./deck.js";

const LEAD_S = 0.05; // a player that is told to start sounds so much later
const SOON_S = 1.5; // so long before a change a timer waits for it: players tell where they are four times a second
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
    this.crossfadeS = 0;
    this.loudness = 1;
    this.context = null;
  }

  get other() {
    return this.decks.find((deck) => deck !== this.now);
  }

  // What plays, and how much of it is left; null for nothing, and while nobody knows.
  get at() {
    const { song, left, audio } = this.now;
    return song && left >= 0 ? { entry: song.entry, leftS: left, positionS: audio.currentTime, lengthS: audio.duration } : null;
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
    if (playing?.link) this.be(playing, paused);
    else this.now.cut();
    this.prepare();
  }

  be(playing, paused) {
    if (this.now.song?.entry !== playing.entry) this.change(playing);
    const { now } = this;
    const at = playing.position_ms / 1000;
    if (Math.abs(now.audio.currentTime - at) > APART_S && !(at > now.audio.duration)) now.audio.currentTime = at;
    if (paused) this.pause();
    else if (!now.wanted || now.audio.paused) this.start(now);
  }

  start(deck) {
    if (!deck.audio.ended) deck.play();
  }

  pause() {
    this.now.pause();
    if (this.other.leaving) this.other.unload();
  }

  // Another song plays from now on.
  change(playing) {
    const before = this.now;
    this.now = this.other;
    before.cut();
    if (this.now.song?.entry !== playing.entry || this.now.leaving) this.now.load(playing);
  }

  stop() {
    this.next = null;
    for (const deck of this.decks) deck.cut();
  }

  // Lets go of a song that could not be played, so that it is loaded anew.
  forget(entry) {
    for (const deck of this.decks) if (deck.song?.entry === entry) deck.unload();
  }

  seek(positionS) {
    this.now.audio.currentTime = positionS;
  }

  // Has the next song ready, as soon as there is a player for it.
  prepare() {
    const { next, other } = this;
    if (other.leaving || (next && next.entry === this.now.song?.entry)) return;
    if (!next?.link) other.unload();
    else if (other.song?.entry !== next.entry) other.load(next);
  }

  hear(event, deck) {
    if (event === "error") return this.failed(deck);
    if (deck !== this.now) {
      if (deck.leaving && event === "ended") deck.unload();
      if (["ended", "cut"].includes(event)) this.prepare();
      return undefined;
    }
    if (event === "timeupdate") this.look();
    if (event === "ended") return this.goOn(0);
    if (event === "refused") return this.on.onRefused();
    if (["pause", "play"].includes(event)) return this.turned(deck);
    if (event !== "cut") this.on.onMoved(event !== "timeupdate");
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
    deck.unload();
    if (deck === this.now) this.on.onFailed(song);
  }

  // Is it time for the next song?
  look() {
    clearTimeout(this.timer);
    const { now, other } = this;
    if (!now.wanted || !(now.left >= 0) || !other.isReady || other.song.entry !== this.next?.entry || other.leaving) return;
    const fadeS = Math.min(this.crossfadeS, now.audio.duration / 3, other.audio.duration / 3);
    const dueS = now.left - (fadeS || LEAD_S);
    if (dueS <= 0) this.goOn(fadeS);
    else if (dueS < SOON_S) this.timer = setTimeout(() => this.look(), 1000 * dueS);
  }

  // The song is over: the next one starts, if it is there, and the room is told.
  goOn(fadeS) {
    clearTimeout(this.timer);
    const before = this.now;
    const { entry } = before.song;
    before.wanted = false;
    if (this.other.song && this.other.song.entry === this.next?.entry && !this.other.leaving) {
      this.now = this.other;
      if (before.audio.ended) before.unload();
      else before.leave(fadeS);
      this.now.play(fadeS);
    }
    this.on.onOver(entry);
  }
}
