// Votes that fly in: one for each new vote, from below to the song that it is for.

const SIGNS = { ups: "▲", downs: "▼" };
const MOST = 12; // in the air at once
const FLIGHT_MS = 1400;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export class Sky {
  constructor(sky) {
    this.sky = sky;
    this.seen = null; // of each song its votes
  }

  show({ playing, queue, ballot }) {
    const entries = [playing, ...queue, ...ballot].filter(Boolean);
    const before = this.seen;
    this.seen = new Map(entries.map(({ id, ups, downs }) => [id, { ups, downs }]));
    if (!before) return; // what was voted before somebody turned the screen on
    for (const entry of entries) {
      const was = before.get(entry.id);
      if (!was) continue;
      for (const kind of ["ups", "downs"]) this.fly(entry, kind, entry[kind] - was[kind]);
    }
  }

  fly({ id }, kind, votes) {
    const row = document.querySelector(`[data-entry="${id}"]`);
    if (!row || CALM.matches) return;
    for (let vote = 0; vote < Math.min(votes, MOST - this.sky.childElementCount); vote += 1) this.start(row, kind, vote);
  }

  start(row, kind, vote) {
    const goal = row.querySelector(".tv-votes").getBoundingClientRect();
    const flying = document.createElement("span");
    flying.className = `tv-flying ${kind}`;
    flying.textContent = SIGNS[kind];
    this.sky.append(flying);
    const [x, y] = [goal.left + goal.width / 2, goal.top + goal.height / 2];
    const from = innerWidth * (0.35 + Math.random() * 0.3);
    const flight = flying.animate(
      [
        { transform: `translate(${from}px, ${innerHeight}px) scale(3)`, opacity: 0 },
        { transform: `translate(${(from + x) / 2}px, ${(innerHeight + y) / 2 - innerHeight / 10}px) scale(3)`, opacity: 1, offset: 0.4 },
        { transform: `translate(${x}px, ${y}px) scale(1)`, opacity: 1, offset: 0.92 },
        { transform: `translate(${x}px, ${y}px) scale(1)`, opacity: 0 },
      ],
      { duration: FLIGHT_MS, delay: vote * 120, easing: "ease-in-out", fill: "both" },
    );
    flight.onfinish = flight.oncancel = () => flying.remove();
  }
}
