// The names on the map: as many as have room, the chosen song's first. The list beside it has them all.

import { reach, sign } from "./mapsigns.js";
import { apart } from "./view.js";

const MOST = 18;
const BESIDE = 7; // pixels between a sign and its name
const SIGN_REACHES = { rings: 2.3, cross: 1.3 };
const RANKS = { playing: 3, suggested: 1, queued: 2, played: 1 };

export class Labels {
  constructor(holder) {
    this.labels = Array.from({ length: MOST }, () => document.createElement("p"));
    holder.append(...this.labels);
  }

  draw(eye, { width, height }, spots, chosen) {
    const seen = spots
      .filter((spot) => spot === chosen || spot.kind !== "near")
      .map((spot) => ({ spot, ...eye.seen(spot.place, width, height) }))
      .filter(({ x, y, size, spot }) => spot === chosen || (size < 4 && x > 0 && x < width && y > 12 && y < height - 12))
      .sort((one, other) => rank(other, chosen) - rank(one, chosen) || other.near - one.near);
    const taken = [];
    for (const { spot, x, y, size } of seen) {
      if (taken.length === MOST) break;
      const label = this.labels[taken.length];
      if (label.dataset.song !== spot.id) write(label, spot);
      const out = BESIDE + reach(spot) * (SIGN_REACHES[sign(spot)] ?? 1) * eye.pixels(width, height) * size;
      const box = beside(label, x, y, out, width);
      if (spot !== chosen && taken.some((other) => overlap(other, box))) continue;
      label.style.transform = `translate(${box.left}px, ${box.top}px)`;
      label.classList.toggle("chosen", spot === chosen);
      label.hidden = false;
      taken.push(box);
    }
    for (const label of this.labels.slice(taken.length)) label.hidden = true;
  }
}

function rank({ spot }, chosen) {
  return spot === chosen ? 9 : RANKS[spot.kind];
}

function write(label, spot) {
  label.dataset.song = spot.id;
  label.hidden = false; // what is hidden has no size
  label.textContent = apart(spot.title);
  Object.assign(label.dataset, { wide: label.offsetWidth, high: label.offsetHeight });
}

// To the right of the sign, or to its left where the stage ends.
function beside(label, x, y, out, width) {
  const [wide, high] = [Number(label.dataset.wide), Number(label.dataset.high)];
  const left = x + out + wide < width ? x + out : Math.max(2, x - out - wide);
  return { left, top: y - high / 2, right: left + wide, low: y + high / 2 };
}

function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.low && other.top < one.low;
}
