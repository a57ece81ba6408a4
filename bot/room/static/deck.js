// One of two players: a song, how loud it is, and whether it should play. Web Audio carries what it plays, and can
// hold it back for a moment, so that a player that took its time to start is heard at the very instant.

export const MOST_LAG_S = 3;
const CUT_S = 0.03; // what stops fades for so long, so that it does not click
const POINTS = 32;
const ENOUGH = 3; // HTMLMediaElement.HAVE_FUTURE_DATA
const EVENTS = ["timeupdate", "playing", "pause", "play", "seeked", "ended", "error"];

// From silent to full: both ends of a crossfade together are as loud as each song alone.
const RISE = Float32Array.from({ length: POINTS }, (_, point) => Math.sin((point / (POINTS - 1)) * (Math.PI / 2)));
const FALL = RISE.slice().reverse();

export class Deck {
  // told(event's name, deck)
  constructor(told) {
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.song = null; // { entry, link, gain_db }
    this.wanted = false; // whether it should play
    this.leaving = false; // whether it plays its last seconds under the next one
    this.lag = 0; // by how much what is heard is behind the player, in seconds
    this.endsAt = 0; // when it has played all, by the clock of Web Audio
    this.gain = null;
    this.told = told;
    this.audio.addEventListener("timeupdate", () => this.reckon());
    for (const event of EVENTS) this.audio.addEventListener(event, () => this.song && told(event, this));
  }

  connect(context, out) {
    this.delay = context.createDelay(MOST_LAG_S);
    this.gain = context.createGain();
    context.createMediaElementSource(this.audio).connect(this.delay).connect(this.gain).connect(out);
  }

  get clock() {
    return this.gain?.context.currentTime ?? 0;
  }

  get isReady() {
    return this.song !== null && this.audio.readyState >= ENOUGH;
  }

  // How far what is heard is, in seconds.
  get position() {
    return Math.max(0, this.audio.currentTime - this.lag);
  }

  // How much of it is still to be heard; NaN while nobody knows.
  get left() {
    const { duration, currentTime, ended } = this.audio;
    return ended ? Math.max(0, this.endsAt + this.lag - this.clock) : duration - currentTime + this.lag;
  }

  // An event that says that it has ended may come late.
  reckon() {
    const { duration, currentTime, ended, paused } = this.audio;
    if (!ended && !paused) this.endsAt = this.clock + duration - currentTime;
  }

  load(song) {
    this.rest();
    this.song = song;
    this.audio.src = song.link;
    this.audio.load();
  }

  // Lets go of its song at once.
  unload() {
    if (!this.song) return;
    this.rest();
    this.song = null;
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  rest() {
    clearTimeout(this.cutting);
    this.wanted = this.leaving = false;
    this.audio.pause();
    this.hold(0);
  }

  // Plays on, or from its beginning.
  play() {
    clearTimeout(this.cutting);
    this.wanted = true;
    this.leaving = false;
    this.level();
    this.audio.play().catch(({ name }) => name === "NotAllowedError" && this.wanted && this.told("refused", this));
  }

  pause() {
    this.wanted = false;
    this.audio.pause();
    if (this.lag) this.seek(this.position);
  }

  seek(positionS) {
    this.hold(0);
    this.audio.currentTime = positionS;
  }

  // Has what it plays be heard so much later.
  hold(lag) {
    this.lag = lag;
    this.delay?.delayTime.setValueAtTime(lag, this.clock);
  }

  // Is over for us, and plays its last seconds.
  leave() {
    this.wanted = false;
    this.leaving = true;
    if (this.audio.ended || this.audio.paused) this.unload();
  }

  // Stops, and lets go of its song.
  cut() {
    if (this.audio.paused || !this.gain) return this.unload();
    this.wanted = false;
    this.leaving = true;
    this.curve(FALL, this.clock, CUT_S);
    this.cutting = setTimeout(() => (this.unload(), this.told("cut", this)), 2000 * CUT_S);
  }

  // As loud as it should be, from now on.
  level() {
    if (!this.gain) return;
    this.gain.gain.cancelScheduledValues(this.clock);
    this.gain.gain.setValueAtTime(this.loudness, this.clock);
  }

  get loudness() {
    return 10 ** ((this.song?.gain_db ?? 0) / 20);
  }

  rise(at, seconds) {
    this.curve(RISE, at, seconds);
  }

  fall(at, seconds) {
    this.curve(FALL, at, seconds);
  }

  curve(shape, at, seconds) {
    if (!this.gain || !seconds) return;
    const from = Math.max(at, this.clock);
    this.gain.gain.cancelScheduledValues(this.clock);
    this.gain.gain.setValueAtTime(this.loudness * shape[0], this.clock);
    this.gain.gain.setValueCurveAtTime(shape.map((share) => this.loudness * share), from, seconds);
  }
}
