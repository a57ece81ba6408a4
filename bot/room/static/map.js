// The map, alive: the party's songs and what lies around them, to be turned, and as a list beside it.

import { lazy } from "./lazy.js";
import { MapDialog, kindWords } from "./mapdialog.js";
import { Eye } from "./mapeye.js";
import { Flat } from "./mapflat.js";
import { Hands } from "./maphands.js";
import { Labels } from "./maplabels.js";
import { page } from "./page.js";
import { say } from "./words.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const FORCED = matchMedia("(forced-colors: active)");
const TURN_PER_S = 0.07; // by itself, in radians
const LONGEST_STEP_S = 0.1;
const ANEW_MS = 1500; // changes this close to each other are asked for together
const HIT = 22; // how near a finger or a mouse has to come, in pixels
const SHARPEST = 2;

let map = null;

// Opens the map over the page; the focus goes back to where it was when it is closed.
export function openMap() {
  map ??= new PartyMap();
  return map.open();
}

class PartyMap {
  constructor() {
    this.eye = new Eye();
    this.spots = [];
    this.chosen = null;
    this.fitted = false;
    this.dialog = new MapDialog({
      choose: (id) => this.choose(this.spots.find((spot) => spot.id === id) ?? null),
      turning: (is) => this.turnByItself(is),
      turn: (right, up) => this.move(() => this.eye.turn(right, up)),
      nearer: (times) => this.move(() => this.eye.nearer(times)),
      reset: () => this.move(() => this.eye.reset()),
      closed: () => this.close(),
    });
    this.labels = new Labels(this.dialog.labels);
    this.hands = new Hands(this.dialog.stage, {
      turn: (right, up) => this.move(() => this.eye.turn(right, up)),
      nearer: (times) => this.move(() => this.eye.nearer(times)),
      reset: () => this.move(() => this.eye.reset()),
      point: (x, y) => this.choose(this.at(x, y)),
    });
    this.resized = new ResizeObserver(() => this.draw());
  }

  async open() {
    this.dialog.open();
    this.resized.observe(this.dialog.stage);
    FORCED.addEventListener("change", this.redraw);
    this.turnByItself(!STILL.matches);
    this.fitted = false;
    this.eye.reset();
    await Promise.all([this.prepare(), this.load()]);
    this.unsubscribe = page.subscribe((state) => this.noticed(state));
  }

  redraw = () => this.draw();

  close() {
    this.unsubscribe?.();
    clearTimeout(this.anew);
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.resized.disconnect();
    FORCED.removeEventListener("change", this.redraw);
    this.brush?.close();
    this.brush = null;
  }

  // Has something to draw with: WebGL where that is, else a flat canvas.
  async prepare() {
    try {
      if (!hasWebGL()) throw new Error("no WebGL");
      const { Solid } = await lazy("mapscene.js");
      this.brush = new Solid(this.dialog.freshCanvas(), () => this.flatten());
      this.dialog.stage.dataset.drawn = "solid";
      this.brush.show(this.spots);
      this.draw();
    } catch {
      this.flatten();
    }
  }

  flatten() {
    if (!this.dialog.isOpen) return;
    this.brush = new Flat(this.dialog.freshCanvas());
    this.dialog.stage.dataset.drawn = "flat";
    this.brush.show(this.spots);
    this.draw();
  }

  async load() {
    const answer = await page.ask("places");
    if (!this.dialog.isOpen) return;
    if (!answer.ok) return this.dialog.fail(answer.say);
    this.show(answer.map);
  }

  show({ spots, most, least, unknown, people }) {
    this.spots = spots.map((spot) => ({ ...spot, place: [spot.x, spot.y, spot.z] }));
    const party = this.spots.filter(({ kind }) => kind !== "near");
    if (!this.fitted) this.eye.fit(party.map(({ place }) => place));
    this.fitted = true;
    this.brush?.show(this.spots);
    this.dialog.show({ spots: this.spots, most, least, unknown, people });
    this.choose(this.spots.find(({ id }) => id === this.chosen?.id) ?? null);
  }

  // Asks again once the party has other songs than those that are shown.
  noticed(state) {
    const now = [state.playing, ...state.queue, ...state.ballot].map((entry) => entry?.id).join();
    if (this.known !== undefined && now !== this.known) {
      clearTimeout(this.anew);
      this.anew = setTimeout(() => this.load(), ANEW_MS);
    }
    this.known = now;
  }

  move(how) {
    how();
    this.draw();
  }

  choose(spot) {
    this.chosen = spot;
    this.dialog.choose(spot, spot && kindWords(spot));
    this.draw();
  }

  // The song that is seen at a place of the stage, the nearest of those that are near enough.
  at(x, y) {
    const { width, height } = this.size();
    const near = this.spots
      .map((spot) => ({ spot, ...this.eye.seen(spot.place, width, height) }))
      .map((seen) => ({ ...seen, off: Math.hypot(seen.x - x, seen.y - y) + (seen.spot.kind === "near" ? HIT / 2 : 0) }))
      .filter(({ off }) => off <= HIT)
      .sort((one, other) => one.off - other.off);
    return near[0]?.spot ?? null;
  }

  size() {
    const { clientWidth, clientHeight } = this.dialog.stage;
    return { width: clientWidth, height: clientHeight, ratio: Math.min(devicePixelRatio, SHARPEST) };
  }

  draw() {
    const size = this.size();
    if (!this.brush || !size.width) return;
    this.brush.draw(this.eye, size, this.chosen, this.dialog.inks(FORCED.matches));
    this.labels.draw(this.eye, size, this.spots, this.chosen);
  }

  turnByItself(is) {
    this.dialog.showTurning(is);
    cancelAnimationFrame(this.frame);
    this.frame = null;
    if (!is) return;
    let before = null;
    const step = (now) => {
      this.frame = requestAnimationFrame(step);
      const seconds = Math.min(LONGEST_STEP_S, (now - (before ?? now)) / 1000);
      before = now;
      if (this.hands.busy || this.chosen || document.hidden) return;
      this.eye.turn(TURN_PER_S * seconds, 0);
      this.draw();
    };
    this.frame = requestAnimationFrame(step);
  }
}

function hasWebGL() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(context);
}
