// Draws the map where there is no WebGL: the same places and signs, on a flat canvas.

import { reach, sign } from "./mapsigns.js";

const WHOLE = 2 * Math.PI;
const DEEPEST = 0.4; // how much is left of what lies furthest back

export class Flat {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
  }

  show(spots) {
    this.spots = spots;
  }

  draw(eye, { width, height, ratio }, chosen, inks) {
    const { canvas, pen } = this;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const pixels = eye.pixels(width, height);
    const seen = this.spots.map((spot) => ({ spot, ...eye.seen(spot.place, width, height) }));
    for (const { spot, x, y, size, near } of seen.sort((one, other) => one.near - other.near)) {
      pen.globalAlpha = Math.min(1, Math.max(DEEPEST, 0.75 + near / 3)) * (spot.kind === "near" ? 0.7 : 1);
      drawSign(pen, sign(spot), x, y, reach(spot) * pixels * size, inks.of(spot), inks.plain);
      if (spot === chosen) drawRing(pen, x, y, reach(spot) * pixels * size + 9, inks.chosen, 3);
    }
  }

  close() {
    this.spots = [];
  }
}

function drawSign(pen, what, x, y, radius, ink, plain) {
  const size = Math.max(radius, 1.5);
  if (what === "ring") return drawRing(pen, x, y, size, ink, Math.max(2, size / 3));
  if (what === "cross") return drawCross(pen, x, y, size, ink);
  pen.beginPath();
  pen.arc(x, y, size, 0, WHOLE);
  pen.fillStyle = ink;
  pen.fill();
  if (what !== "rings") return;
  drawRing(pen, x, y, size * 1.6, plain, Math.max(2, size / 4));
  drawRing(pen, x, y, size * 2.1, plain, Math.max(1, size / 8));
}

function drawRing(pen, x, y, radius, ink, thick) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, WHOLE);
  pen.lineWidth = thick;
  pen.strokeStyle = ink;
  pen.stroke();
}

function drawCross(pen, x, y, radius, ink) {
  const arm = radius * 0.95;
  pen.beginPath();
  pen.moveTo(x - arm, y - arm);
  pen.lineTo(x + arm, y + arm);
  pen.moveTo(x - arm, y + arm);
  pen.lineTo(x + arm, y - arm);
  pen.lineWidth = Math.max(3, radius * 0.7);
  pen.lineCap = "round";
  pen.strokeStyle = ink;
  pen.stroke();
}
