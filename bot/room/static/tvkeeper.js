// Keeps a screen going by itself: awake, without a cursor, never quite the same, and never of an old version.

import { byId } from "./view.js";
import { say } from "./words.js";

const STILL_MS = 4_000;
const SHIFT_MS = 3 * 60_000;
const LOOK_MS = 60_000;
const NIGHT = [4, 6]; // between these hours a screen may be loaded anew
const A_DAY_MS = 20 * 3_600_000;
const PATH = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1]]; // in steps of a few pixels

export class Keeper {
  // isQuiet() is whether nobody would miss the screen for a second, isBusy() whether it must not go: it sounds, and
  // a page that was loaded anew may want a click first.
  constructor({ isQuiet, isBusy = () => false }) {
    Object.assign(this, { isQuiet, isBusy });
    this.begun = Date.now();
    this.run = null;
    this.place = 0;
    for (const event of ["pointermove", "pointerdown", "keydown"]) addEventListener(event, () => this.stir());
    document.addEventListener("visibilitychange", () => this.stayAwake());
    setInterval(() => this.shift(), SHIFT_MS);
    setInterval(() => this.look(), LOOK_MS);
    byId("tv-full").hidden = !document.fullscreenEnabled;
    byId("tv-full").addEventListener("click", () => this.fill());
    this.stayAwake();
    this.stir();
  }

  // Somebody is there: shows the cursor and what there is to press, for a moment.
  stir() {
    document.body.classList.remove("still");
    clearTimeout(this.rest);
    this.rest = setTimeout(() => document.body.classList.add("still"), STILL_MS);
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  }

  // Asks the browser to leave the screen on; it forgets that whenever the page was out of sight.
  async stayAwake() {
    if (document.hidden) return;
    try {
      await navigator.wakeLock.request("screen");
      byId("tv-note").textContent = "";
    } catch {
      byId("tv-note").textContent = say("This browser won't keep the screen on. Turn its sleep timer off.");
    }
  }

  // What never moves burns into a screen.
  shift() {
    this.place = (this.place + 1) % PATH.length;
    const [x, y] = PATH[this.place];
    byId("tv").style.translate = `${x * 0.35}rem ${y * 0.35}rem`;
  }

  // The server that answers; another one than before may be of another version.
  heard(run) {
    if (this.run !== null && run !== this.run) this.renew((text) => !this.isSame(text));
    this.run = run;
  }

  look() {
    const hour = new Date().getHours();
    const isNight = hour >= NIGHT[0] && hour < NIGHT[1];
    if (isNight && Date.now() - this.begun > A_DAY_MS && this.isQuiet()) this.renew(() => true);
  }

  // Loads the page anew, but never while it cannot be had: nobody is there to press anything.
  async renew(wanted) {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok && !this.isBusy() && wanted(await answer.text())) location.reload();
    } catch {
      // It is as good as it was.
    }
  }

  isSame(text) {
    const parts = document.querySelectorAll("head script[src], head link[rel=stylesheet]");
    return [...parts].every((part) => text.includes(part.getAttribute("src") ?? part.getAttribute("href")));
  }
}
