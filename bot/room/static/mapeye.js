// How the map is looked at: turned about the party's middle, nearer or further. Whatever draws it asks here.

const FAR = 3.4; // from the eye to the middle, where the party reaches 1
const STEEPEST = 1.4;
const SMALLEST_PARTY = 0.12; // a few songs in one spot are not blown up further
const LEAST_ZOOM = 0.4;
const MOST_ZOOM = 6;
const FILLED = 0.37; // of a side, from the middle to where the party reaches
const LEAST_SPREAD = 0.35;

export class Eye {
  constructor() {
    this.middle = [0, 0, 0];
    this.scale = this.wide = this.tall = 1;
    this.reset();
  }

  // As the picture in chat shows it: the first axis to the right, the second up.
  reset() {
    this.yaw = 0;
    this.pitch = 0;
    this.zoom = 1;
  }

  // Has these places fill what can be seen, however the map is turned.
  fit(places) {
    const sides = [0, 1, 2].map((axis) => places.map((place) => place[axis]));
    this.middle = sides.map((side) => (Math.min(...side) + Math.max(...side)) / 2);
    const furthest = Math.max(...places.map((place) => Math.hypot(...place.map((each, axis) => each - this.middle[axis]))));
    this.scale = 1 / Math.max(furthest, SMALLEST_PARTY);
    const around = places.map((place) => this.around(place));
    this.wide = Math.max(LEAST_SPREAD, ...around.map(([x, , z]) => Math.hypot(x, z)));
    this.tall = Math.max(LEAST_SPREAD, ...around.map(([, y]) => Math.abs(y)));
  }

  turn(right, up) {
    this.yaw += right;
    this.pitch = Math.min(STEEPEST, Math.max(-STEEPEST, this.pitch + up));
  }

  nearer(times) {
    this.zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.zoom * times));
  }

  // Where a place is before it is turned: the party within 1 about the middle.
  around(place) {
    return place.map((each, axis) => (each - this.middle[axis]) * this.scale);
  }

  // What is seen of the height, as the angle that a camera at `far` needs.
  angle(width, height) {
    return 2 * Math.atan(height / (2 * this.pixels(width, height) * FAR));
  }

  get far() {
    return FAR;
  }

  pixels(width, height) {
    return this.zoom * FILLED * Math.min(width / this.wide, height / this.tall);
  }

  // Where a place is on a stage of this size, in pixels from its upper left, and how large what is there looks.
  seen(place, width, height) {
    const [x, y, z] = this.around(place);
    const [sinYaw, cosYaw] = [Math.sin(this.yaw), Math.cos(this.yaw)];
    const [sinPitch, cosPitch] = [Math.sin(this.pitch), Math.cos(this.pitch)];
    const right = x * cosYaw + z * sinYaw;
    const back = z * cosYaw - x * sinYaw;
    const up = y * cosPitch - back * sinPitch;
    const near = y * sinPitch + back * cosPitch;
    const size = FAR / Math.max(FAR - near, 0.05);
    const pixels = this.pixels(width, height) * size;
    return { x: width / 2 + right * pixels, y: height / 2 - up * pixels, size, near };
  }
}
