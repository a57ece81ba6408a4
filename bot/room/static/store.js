// How things stand: a whole state once, then changes of it. What did not change stays the same object.

const LISTS = ["queue", "ballot", "history"];
const NOBODY = { me: null, name: null, as: "guest", may: {}, votes: {}, skip: false };

export class Store {
  constructor() {
    this.state = null;
    this.own = NOBODY;
  }

  // What to tell the room when coming in again, so that only what was missed is sent.
  get since() {
    return this.state && { run: this.state.run, seq: this.state.seq };
  }

  forget() {
    this.state = null;
  }

  // A guest's own part: at first whole, then what is another. A vote of 0 is none.
  mine(own) {
    const isWhole = Object.keys(NOBODY).every((field) => field in own);
    const votes = { ...(isWhole ? {} : this.own.votes), ...own.votes };
    for (const [id, value] of Object.entries(votes)) if (!value) delete votes[id];
    this.own = { ...this.own, ...own, votes };
  }

  whole(state) {
    this.entries = new Map();
    for (const one of [state.playing, ...LISTS.flatMap((list) => state[list])]) if (one) this.entries.set(one.id, one);
    this.ids = Object.fromEntries(LISTS.map((list) => [list, state[list].map(({ id }) => id)]));
    this.state = state;
  }

  // Takes in a change; false where one before it is missing.
  change({ run, seq, now_ms, set, entries, lists }) {
    if (!this.state || run !== this.state.run || seq !== this.state.seq + 1) return false;
    for (const one of entries) this.entries.set(one.id, { ...this.entries.get(one.id), ...one });
    for (const [list, steps] of Object.entries(lists)) this.ids[list] = moved(this.ids[list], steps);
    const playing = "playing" in set ? set.playing : (this.state.playing?.id ?? null);
    this.state = { ...this.state, ...set, run, seq, now_ms, playing: this.entries.get(playing) ?? null };
    for (const list of LISTS) this.state[list] = this.ids[list].map((id) => this.entries.get(id));
    this.tidy();
    return true;
  }

  // Lets go of songs that are shown nowhere any more.
  tidy() {
    const shown = LISTS.reduce((sum, list) => sum + this.ids[list].length, 1);
    if (this.entries.size < 2 * shown + 50) return;
    const kept = new Set([this.state.playing?.id, ...LISTS.flatMap((list) => this.ids[list])]);
    for (const id of this.entries.keys()) if (!kept.has(id)) this.entries.delete(id);
  }
}

// A list after its steps: an id is taken out where it is, and put at a place, or with -1 nowhere.
function moved(ids, steps) {
  const order = [...ids];
  for (const [id, place] of steps) {
    const at = order.indexOf(id);
    if (at >= 0) order.splice(at, 1);
    if (place >= 0) order.splice(place, 0, id);
  }
  return order;
}
