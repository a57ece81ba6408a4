// What plays, and who is here.

import { page } from "./page.js";
import { addedBy, votes } from "./rows.js";
import { apart, byId, clock, cover, fillTile, hide, mark, put, silence, source, unsigned } from "./view.js";
import { count, say } from "./words.js";

const FACES_SHOWN = 5;
const LETTERS = new Intl.Segmenter(); // what people see as one
const STILL_SIGN = "⏸\ufe0e"; // as a letter, not as a coloured picture

export function stage(state, own) {
  const { playing, paused, playback, title, over } = state;
  byId("stage").classList.toggle("quiet", !playing || paused);
  put("stage-title", eyebrow(playing, paused, over));
  put("now-title", playing ? playing.title : say("Add the first song"));
  put("now-artist", playing ? nowWords(playing) : invitation(state));
  source(byId("now-source"), playing ?? {});
  hide("progress", !playing);
  hide("now-actions", !playing);
  fillTile(byId("record-label"), playing ?? { title: "Encore", artist: "" });
  cover(byId("record-cover"), state.cover);
  put("where", title ?? "");
  const whole = pageTitle(playing, paused, title);
  if (document.title !== whole) document.title = whole;
  put("now-sound", unsigned(playback?.words ?? ""));
  hide("now-where", !playback?.words);
  night(state);
  if (playing) controls(state, own);
}

function eyebrow(playing, paused, over) {
  if (!playing) return over ? say("This party is over") : say("It's quiet in here");
  return paused ? `${STILL_SIGN} ${say("Paused")}` : say("Now playing");
}

// Where the night is kept that is over.
function night({ night: address }) {
  const link = byId("now-night");
  link.hidden = !address;
  if (address) link.href = address;
}

function invitation({ playback, own_music: hasMusic }) {
  const starts = say("It starts right away, for everybody in the room.");
  return playback || hasMusic ? starts : `${starts} ${say("This page makes no sound: put the songs on wherever you like.")}`;
}

function pageTitle(playing, paused, title) {
  const song = playing && `${paused ? `${STILL_SIGN} ` : ""}${apart(playing.title)}`;
  return [song, title && apart(title), "Encore"].filter(Boolean).join(" · ");
}

function nowWords(playing) {
  return [apart(playing.artist), silence(playing), addedBy(playing)].filter(Boolean).join(" · ");
}

function controls({ playing, skip, paused, playback }, { may, skip: skips }) {
  votes(byId("now-votes"), playing);
  hide("skip", !may.skip);
  byId("skip").dataset.entry = playing.id;
  mark(byId("skip"), "aria-pressed", String(skips));
  put("skip-words", skip.votes ? say("Skip: {votes} of {needed}", skip) : say("Skip"));
  // Where it plays on somebody's account, that is theirs; whoever finds it paused may go on.
  hide("pause", !may.pause || (!paused && playback !== null && !page.hosts() && !may.moderate));
  byId("pause").classList.toggle("on", paused);
  put(byId("pause").querySelector("span"), paused ? say("Play") : say("Pause"));
  for (const id of ["back", "ahead"]) hide(id, !(may.moderate || page.hosts()));
  hide("now-remove", !(page.isMine(playing) || may.moderate));
  byId("now-remove").dataset.entry = playing.id;
  byId("now-more").dataset.about = playing.id;
}

export function people({ people: present, named, watching }) {
  const seen = present.map(({ id, name }) => `${id}/${name}`).slice(0, FACES_SHOWN).join("\n");
  const faces = byId("faces");
  if (faces.seen !== seen) faces.replaceChildren(...present.slice(0, FACES_SHOWN).map(face));
  faces.seen = seen;
  put("count", count("{number} here", "{number} here", Math.max(watching, named)));
}

function face({ name }) {
  const made = document.createElement("li");
  fillTile(made, { title: name.toLocaleLowerCase(), artist: "" });
  made.title = name;
  const initial = document.createElement("span");
  initial.ariaHidden = "true";
  initial.textContent = ([...LETTERS.segment(name)][0]?.segment ?? "").toLocaleUpperCase();
  const unseen = document.createElement("span");
  unseen.className = "unseen";
  unseen.textContent = name;
  made.append(initial, unseen);
  return made;
}

// Shows how far what plays has come, by the room's clock; what is paused stays where it is.
export function progress({ playing, left_ms: leftMs, length_ms: length }, nowMs) {
  if (!playing) return;
  const elapsed = Math.min(length, Math.max(0, length - (leftMs ?? playing.ends_ms - nowMs)));
  const bar = document.querySelector(".bar");
  mark(bar, "aria-valuemax", Math.round(length / 1000));
  mark(bar, "aria-valuenow", Math.round(elapsed / 1000));
  mark(bar, "aria-valuetext", say("{elapsed} of {length}", { elapsed: clock(elapsed), length: clock(length) }));
  byId("bar-fill").style.setProperty("--done", elapsed / length);
  put("elapsed", clock(elapsed));
  put("length", clock(length));
}
