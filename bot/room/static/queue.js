// The queue: its first songs, all of it, one's own, or what is searched for.

import { Cards } from "./cards.js";
import { page } from "./page.js";
import { looks, makeRow, queued } from "./rows.js";
import { byId, hide, mark, put } from "./view.js";
import { count, say } from "./words.js";

const FIRST = 20;
const MANY = 6; // fewer can be seen at once

export class Queue {
  constructor() {
    this.cards = new Cards(byId("queue"), { make: makeRow, write: queued, looks });
    this.isOpen = this.onlyMine = false;
    byId("queue-all").addEventListener("click", () => this.turn("isOpen"));
    byId("queue-mine").addEventListener("click", () => this.turn("onlyMine"));
    byId("queue-search").addEventListener("input", () => this.show());
    byId("queue-search").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      byId("queue-search").value = "";
      this.show();
    });
  }

  turn(what) {
    this[what] = !this[what];
    this.show();
  }

  show(queue = this.queue ?? []) {
    this.queue = queue;
    const wanted = plain(byId("queue-search").value);
    const mine = queue.filter(page.isMine).length;
    this.onlyMine &&= mine > 0;
    const all = queue
      .map((entry, index) => [entry, index + 1])
      .filter(([entry]) => !this.onlyMine || page.isMine(entry))
      .filter(([entry]) => !wanted || words(entry).includes(wanted));
    this.cards.show(this.isOpen ? all : all.slice(0, FIRST), queue.length);
    this.tools(queue.length, mine, all.length, wanted);
  }

  tools(length, mine, found, wanted) {
    put("queue-count", length);
    hide("queue-count", !length);
    hide("queue-tools", length <= MANY && !wanted && !this.onlyMine);
    hide("queue-mine", mine === 0 || (mine === length && !this.onlyMine));
    mark(byId("queue-mine"), "aria-pressed", String(this.onlyMine));
    put(byId("queue-mine").querySelector("span"), count("Only mine ({number})", "Only mine ({number})", mine));
    hide("queue-all", found <= FIRST);
    mark(byId("queue-all"), "aria-expanded", String(this.isOpen));
    put("queue-all", this.isOpen ? say("Show fewer") : count("Show {number} song", "Show all {number} songs", found));
    hide("queue-none", found > 0 || length === 0);
    put("queue-found", wanted ? count("{number} song found", "{number} songs found", found) : "");
  }
}

// Without accents and capitals, as people search.
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase().trim();
}

// What can be found of a song; remembered for as long as the song is the same.
const known = new WeakMap();

function words(entry) {
  if (!known.has(entry)) known.set(entry, plain(`${entry.title} ${entry.artist} ${entry.by}`));
  return known.get(entry);
}
