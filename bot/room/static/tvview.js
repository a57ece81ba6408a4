// What TV mode looks like: a state in, elements out. Rows are kept, and only those that are shown are there.

import { apart, byId, clock, cover, fillTile, silence } from "./view.js";
import { count, say } from "./words.js";

const NEXT = 3;
const OFFERED = 5;

// Shows a whole state.
export function showTv(state) {
  stageOf(state);
  const next = state.queue.slice(0, NEXT);
  const more = state.queue.length - next.length;
  rows(byId("tv-queue"), next);
  byId("tv-more").textContent = more > 0 ? count("and {number} more", "and {number} more", more) : "";
  byId("tv-next").hidden = next.length === 0;
  rows(byId("tv-suggested"), state.ballot.slice(0, OFFERED));
  byId("tv-ballot").hidden = state.ballot.length === 0;
  byId("tv-here").textContent = state.watching ? count("{number} here", "{number} here", state.watching) : "";
  byId("tv-room").textContent = apart(state.title ?? "");
}

function stageOf({ playing, paused, skip, cover: picture }) {
  document.body.classList.toggle("quiet", !playing || paused);
  document.body.classList.toggle("tv-empty", !playing);
  const heading = paused ? say("Paused") : say("Now playing");
  byId("tv-state").textContent = playing ? heading : say("It's quiet in here");
  entitle(playing ? playing.title : say("Add the first song"));
  byId("tv-artist").textContent = playing ? [apart(playing.artist), silence(playing)].filter(Boolean).join(" · ") : "";
  byId("tv-by").textContent = playing?.by ? say("added by {name}", { name: apart(playing.by) }) : "";
  byId("tv-progress").hidden = !playing;
  byId("tv-skip").textContent = skip.votes ? say("Skip: {votes} of {needed}", { votes: skip.votes, needed: skip.needed }) : "";
  fillTile(byId("tv-label"), playing ?? { title: "Encore", artist: "" });
  cover(byId("tv-cover"), picture);
  const title = playing ? `${apart(playing.title)} · Encore` : "Encore";
  if (document.title !== title) document.title = title;
}

// The longest word decides how large a title is: none is broken before it would be too small to read.
function entitle(title) {
  byId("tv-title").textContent = title;
  byId("tv-title").style.setProperty("--longest", Math.max(...title.split(/\s+/u).map((word) => word.length)));
}

// Makes a list show these songs; a song that stays keeps its row.
function rows(list, entries) {
  const kept = new Map([...list.children].map((row) => [row.dataset.entry, row]));
  entries.forEach((entry, place) => {
    const row = kept.get(String(entry.id)) ?? byId("tv-row").content.firstElementChild.cloneNode(true);
    kept.delete(String(entry.id));
    row.dataset.entry = entry.id;
    fillTile(row.querySelector(".tile"), entry);
    row.querySelector(".title").textContent = entry.title;
    row.querySelector(".artist").textContent = saidOf(entry).filter(Boolean).join(" · ");
    votesOf(row, entry);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
  for (const row of kept.values()) row.remove();
}

// A song that is put to the vote says first how well it fits: a long name is cut at its end.
function saidOf(entry) {
  const { artist, by, state, match_words: match } = entry;
  return [silence(entry), ...(state === "suggested" ? [match, apart(artist)] : [apart(artist), by && apart(by)])];
}

function votesOf(row, { ups, downs }) {
  const [up, down] = [row.querySelector(".up"), row.querySelector(".down")];
  up.textContent = ups ? `▲ ${ups}` : "";
  down.textContent = downs ? `▼ ${downs}` : "";
}

// Shows how far what plays has come, by the server's clock, and when the autopilot chooses.
export function progressTv({ playing, left_ms: leftMs, length_ms: length, automatic, decides_ms: decidesMs }, nowMs) {
  const left = automatic && decidesMs ? decidesMs - nowMs : 0;
  byId("tv-decides").textContent = left > 0 ? say("{time} left", { time: clock(left) }) : "";
  if (!playing) return;
  const elapsed = Math.min(length, Math.max(0, length - (leftMs ?? playing.ends_ms - nowMs)));
  const bar = byId("tv-bar");
  bar.setAttribute("aria-valuemax", Math.round(length / 1000));
  bar.setAttribute("aria-valuenow", Math.round(elapsed / 1000));
  bar.setAttribute("aria-valuetext", say("{elapsed} of {length}", { elapsed: clock(elapsed), length: clock(length) }));
  byId("tv-fill").style.setProperty("--done", elapsed / length);
  byId("tv-elapsed").textContent = clock(elapsed);
  byId("tv-length").textContent = clock(length);
}
