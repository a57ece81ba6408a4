// One of two players: a song, how loud it is, and whether it should play. Web Audio carries what it plays.

const CUT_S = 0.03; // what stops fades for so long, so that it does not click
const POINTS = 32;
const ENOUGH = 3; // HTMLMediaElement.HAVE_FUTURE_DATA
const EVENTS = ["timeupdate", "playing", "pause", "play", "seeked", "ended", "error"];

// From silent to full as loudness is heard: both ends of a crossfade together are as loud as each song alone.
const RISE = Float32Array.from({ length: POINTS }, (_, step) => Math.sin((step / (POINTS - 1)) * (Math.PI / 2)));

export class Deck {
  // told(event's name, deck)
  constructor(told) {
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.song = null; // { entry, link, gain_db }
    this.wanted = false; // whether it should play
    this.leaving = false; // whether it plays its last seconds under the next one
    this.gain = null;
    for (const event of EVENTS) this.audio.addEventListener(event, () => this.song && told(event, this));
    this.told = told;
  }

  connect(context, out) {
    this.gain = context.createGain();
    context.createMediaElementSource(this.audio).connect(this.gain).connect(out);
  }

  get isReady() {
    return this.song !== null && this.audio.readyState >= ENOUGH;
  }

  // In seconds; NaN while nobody knows.
  get left() {
    return this.audio.duration - this.audio.currentTime;
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
  }

  // Plays on, or from its beginning, and is as loud as it should be after so many seconds.
  play(riseS = 0) {
    clearTimeout(this.cutting);
    this.wanted = true;
    this.leaving = false;
    this.fade(riseS, (share) => share);
    this.audio.play().catch(({ name }) => name === "NotAllowedError" && this.wanted && this.told("refused", this));
  }

  pause() {
    this.wanted = false;
    this.audio.pause();
  }

  // Plays on to its end, and becomes silent within so many seconds.
  leave(fallS) {
    this.wanted = false;
    this.leaving = true;
    if (fallS) this.fade(fallS, (share, step) => RISE[POINTS - 1 - step]);
  }

  // Stops, and lets go of its song.
  cut() {
    this.wanted = this.leaving = false;
    if (this.audio.paused || !this.gain) return this.unload();
    this.fade(CUT_S, (share, step) => RISE[POINTS - 1 - step]);
    this.leaving = true;
    this.cutting = setTimeout(() => (this.unload(), this.told("cut", this)), 2000 * CUT_S);
  }

  // How loud its song is: at once, or along a curve.
  fade(seconds, curve) {
    if (!this.gain) return;
    const { gain, context } = this.gain;
    const now = this.gain.context.currentTime;
    const level = 10 ** ((this.song?.gain_db ?? 0) / 20);
    gain.cancelScheduledValues(now);
    if (seconds) gain.setValueCurveAtTime(RISE.map((share, step) => level * curve(share, step)), now, seconds);
    else gain.setValueAtTime(level, now);
  }
}
