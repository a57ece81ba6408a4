// A list of songs on the page. Only what changed is touched: a row stays the same element for as long as its
// song is shown, only rows that lose their order are moved, and only those in sight are measured to glide.

import { rows, stopAt } from "./rove.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const GLIDE = { duration: 320, easing: "ease-out" };
const SIGHT_PX = 200; // what is this near to the edge may come into sight

export class Cards {
  // make() -> a row; write(row, entry, place); looks(entry) -> what besides the entry decides on its row
  constructor(list, { make, write, looks }) {
    Object.assign(this, { list, make, write, looks });
    this.rows = new Map();
    rows(list);
  }

  // Shows these songs: pairs of an entry and its place. Of how many says `total`.
  show(pairs, total = pairs.length) {
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    const before = this.inSight();
    const wanted = new Set(pairs.map(([entry]) => entry.id));
    for (const [id, row] of this.rows) if (!wanted.has(id)) this.drop(id, row);
    const order = [...this.list.children];
    const at = new Map(order.map((row, index) => [row, index]));
    const made = pairs.map(([entry, place]) => this.row(entry, place, total));
    this.arrange(made, at);
    if (focused && focused !== document.activeElement) this.refocus(focused);
    if (!this.list.stop?.isConnected) stopAt(this.list, this.list.querySelector("button"));
    if (before.size) this.glide(before);
  }

  row(entry, place, total) {
    let row = this.rows.get(entry.id);
    if (!row) {
      row = this.make(entry);
      row.dataset.entry = entry.id;
      this.rows.set(entry.id, row);
    }
    const looks = this.looks(entry);
    if (row.entry !== entry || row.looks !== looks) {
      this.write(row, entry);
      row.entry = entry;
      row.looks = looks;
    }
    if (row.place !== place) {
      row.place = place;
      row.ariaPosInSet = place;
      const tile = row.querySelector("[data-place]");
      if (tile) tile.dataset.place = place;
    }
    if (row.total !== total) row.ariaSetSize = row.total = total;
    return row;
  }

  drop(id, row) {
    if (row.contains(this.list.stop)) stopAt(this.list, null);
    this.rows.delete(id);
    row.remove();
  }

  // Puts rows where they belong, and leaves as many as possible where they are.
  arrange(made, at) {
    const holds = this.hold();
    const still = rising(made.map((row) => at.get(row) ?? -1));
    let next = null;
    for (let index = made.length - 1; index >= 0; index -= 1) {
      const row = made[index];
      if (!still.has(index)) this.put(row, next);
      next = row;
    }
    holds();
  }

  // Moving the row with the focus scrolls to it, which is right for whoever uses keys. A finger or a mouse stays
  // where it is: the songs beside that row keep their place on the screen.
  hold() {
    const focused = document.activeElement;
    const row = this.list.contains(focused) && !focused.matches(":focus-visible") && focused.closest("li");
    const beside = row && (row.nextElementSibling ?? row.previousElementSibling);
    if (!beside) return () => {};
    const top = beside.getBoundingClientRect().top;
    return () => {
      const by = beside.isConnected ? beside.getBoundingClientRect().top - top : 0;
      if (Math.abs(by) > 1) scrollBy({ top: by, behavior: "instant" });
    };
  }

  put(row, next) {
    if (row.isConnected && this.list.moveBefore) this.list.moveBefore(row, next);
    else this.list.insertBefore(row, next);
  }

  // Not on the next row's button: whoever is about to press Enter would vote for another song.
  refocus(focused) {
    (focused.isConnected ? focused : this.list).focus({ preventScroll: true });
  }

  inSight() {
    const tops = new Map();
    if (STILL.matches || document.hidden) return tops;
    const rows = this.list.children;
    const topOf = (row) => row.getBoundingClientRect().top;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (topOf(rows[middle]) < -SIGHT_PX) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < rows.length; index += 1) {
      const top = topOf(rows[index]);
      if (top > innerHeight + SIGHT_PX) break;
      tops.set(rows[index], top);
    }
    return tops;
  }

  glide(before) {
    const now = this.inSight();
    const moves = [...now].map(([row, top]) => [row, (before.get(row) ?? top) - top]).filter(([, by]) => Math.abs(by) > 1);
    for (const [row, by] of moves) row.animate([{ transform: `translateY(${by}px)` }, {}], GLIDE);
  }
}

// The indices of as many numbers as possible that rise from left to right; -1 is none of them.
export function rising(numbers) {
  const ends = []; // the index with the smallest last number of each length
  const befores = [];
  numbers.forEach((number, index) => {
    if (number < 0) return;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]] < number) low = middle + 1;
      else high = middle;
    }
    befores[index] = ends[low - 1];
    ends[low] = index;
  });
  const found = new Set();
  for (let index = ends.at(-1); index !== undefined; index = befores[index]) found.add(index);
  return found;
}
