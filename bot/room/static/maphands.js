// Mouse, fingers and keys on the map.

const RADIANS_PER_PIXEL = 0.006;
const KEY_STEP = 0.12; // of an arrow key, in radians
const KEY_ZOOM = 1.2; // of a key
const MOVED = 6; // pixels after which a press is no tap
const ARROWS = { ArrowLeft: [-KEY_STEP, 0], ArrowRight: [KEY_STEP, 0], ArrowUp: [0, -KEY_STEP], ArrowDown: [0, KEY_STEP] };

export class Hands {
  // turn(right, up) and nearer(times) and reset(); point(x, y) is where somebody points or taps.
  constructor(stage, does) {
    Object.assign(this, { stage, does });
    this.down = new Map(); // pointers that press
    this.travelled = 0;
    stage.addEventListener("pointerdown", (event) => this.pressed(event));
    stage.addEventListener("pointermove", (event) => this.moved(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => this.released(event));
    stage.addEventListener("wheel", (event) => this.rolled(event), { passive: false });
    stage.addEventListener("keydown", (event) => this.typed(event));
  }

  get busy() {
    return this.down.size > 0;
  }

  // Where it is on the stage.
  place({ clientX, clientY }) {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  pressed(event) {
    if (!this.busy) this.travelled = 0;
    this.down.set(event.pointerId, this.place(event));
    this.stage.setPointerCapture(event.pointerId);
  }

  moved(event) {
    const now = this.place(event);
    const before = this.down.get(event.pointerId);
    if (!before) return event.pointerType === "mouse" && this.does.point(now.x, now.y);
    this.travelled += Math.hypot(now.x - before.x, now.y - before.y);
    const apart = this.apart();
    this.down.set(event.pointerId, now);
    if (this.down.size > 1) return apart && this.does.nearer(this.apart() / apart);
    if (this.travelled > MOVED) this.does.turn((now.x - before.x) * RADIANS_PER_PIXEL, (now.y - before.y) * RADIANS_PER_PIXEL);
  }

  // How far two fingers are from each other.
  apart() {
    const [one, other] = this.down.values();
    return other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
  }

  released(event) {
    const wasDown = this.down.delete(event.pointerId);
    const { x, y } = this.place(event);
    if (wasDown && event.type === "pointerup" && this.travelled <= MOVED) this.does.point(x, y);
  }

  rolled(event) {
    event.preventDefault(); // or the page behind the map would move
    this.does.nearer(Math.exp(-event.deltaY / 400));
  }

  typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) this.does.turn(...ARROWS[event.key]);
    else if (event.key === "+" || event.key === "=") this.does.nearer(KEY_ZOOM);
    else if (event.key === "-") this.does.nearer(1 / KEY_ZOOM);
    else if (event.key === "0") this.does.reset();
    else return;
    event.preventDefault();
  }
}
