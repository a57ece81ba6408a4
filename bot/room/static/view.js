// What the room looks like: states in, elements out. Texts are only ever set as text.

const INKS = [
  ["#d9381e", "#ffc247", "#fff3dc"],
  ["#0f5e5a", "#7fc8b6", "#ffe3a8"],
  ["#f07f2e", "#5b2333", "#ffe9c7"],
  ["#ffc247", "#d9381e", "#4a2618"],
  ["#5b2333", "#f2a08c", "#ffc247"],
  ["#2f6f8f", "#ffd9a0", "#e8603c"],
  ["#e8603c", "#124a4f", "#fff3dc"],
  ["#7a8b3c", "#ffe3a8", "#3d2a1e"],
];
const PATTERNS = 5;
const FACES_SHOWN = 5;
const FULL_BAR = 0.3; // a match that fills the bar: that a song belongs is seldom likelier than this
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LETTERS = new Intl.Segmenter(); // what people see as one
const STILL_SIGN = "⏸\ufe0e"; // as a letter, not as a coloured picture
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export const byId = (id) => document.getElementById(id);

function hash(text) {
  let sum = 2166136261;
  for (const char of text) sum = Math.imul(sum ^ char.codePointAt(0), 16777619);
  return sum >>> 0;
}

// Gives a song a sleeve of its own, the same for everybody.
export function fillTile(tile, song) {
  const mark = hash(`${song.title}/${song.artist}`);
  const inks = INKS[mark % INKS.length];
  ["--one", "--two", "--three"].forEach((name, index) => tile.style.setProperty(name, inks[index]));
  tile.dataset.pattern = (mark >>> 8) % PATTERNS;
}

// Sets a text apart in a sentence where its letters run from right to left, and would turn others around.
export function apart(text) {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

export function songWords({ artist, year }) {
  return [apart(artist), year].filter(Boolean).join(" · ");
}

// What came from Spotify says so, and leads there.
export function source(link, { title, spotify }) {
  link.hidden = !spotify;
  if (!spotify) return link.removeAttribute("href");
  link.href = spotify;
  link.setAttribute("aria-label", `${apart(title)} on Spotify`);
}

export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function votes(holder, entry) {
  if (!holder.childElementCount) holder.append(byId("votes").content.cloneNode(true));
  holder.setAttribute("role", "group");
  holder.setAttribute("aria-label", `Votes for ${apart(entry.title)}`);
  [[".up", 1, entry.ups, "Vote for"], [".down", -1, entry.downs, "Vote against"]].forEach(([kind, value, count, words]) => {
    const button = holder.querySelector(kind);
    button.dataset.do = "vote";
    button.dataset.entry = entry.id;
    button.dataset.value = value;
    button.setAttribute("aria-pressed", String(entry.vote === value));
    button.setAttribute("aria-label", `${words} ${apart(entry.title)}, ${count} so far`);
    button.querySelector("b").textContent = count || "";
  });
}

function write(row, entry, note) {
  fillTile(row.querySelector(".tile"), entry);
  row.querySelector(".title").textContent = entry.title;
  row.querySelector(".artist").textContent = entry.artist;
  source(row.querySelector(".source"), entry);
  row.querySelector(".note").textContent = note;
}

function takeOut(entry) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = "Remove";
  button.setAttribute("aria-label", `Remove ${apart(entry.title)} from the queue`);
  Object.assign(button.dataset, { do: "remove", entry: entry.id });
  return button;
}

function queued(row, entry, place) {
  write(row, entry, entry.yours ? "added by you · " : entry.by && `added by ${apart(entry.by)}`);
  row.querySelector(".tile").dataset.place = place;
  votes(row.querySelector(".actions"), entry);
  const out = row.querySelector(".link");
  if (entry.yours && !out) row.querySelector(".words").append(takeOut(entry));
  else if (!entry.yours) out?.remove();
}

function suggested(row, entry) {
  write(row, entry, entry.because);
  votes(row.querySelector(".actions"), entry);
  if (!row.querySelector(".match")) {
    const match = document.createElement("p");
    match.className = "match";
    match.append(document.createElement("i"), document.createElement("span"));
    row.querySelector(".note").before(match);
  }
  row.querySelector(".match i").style.setProperty("--match", Math.min(entry.match / FULL_BAR, 1));
  row.querySelector(".match span").textContent = entry.match_words;
}

function played(row, entry) {
  const how = entry.state === "skipped" ? "skipped" : "played";
  write(row, entry, entry.by ? `${how}, added by ${entry.yours ? "you" : apart(entry.by)}` : how);
}

// Makes a list show these entries; a row stays the same element, so that it keeps its focus and can glide.
function keep(list, entries, update) {
  const rows = new Map([...list.children].map((row) => [row.dataset.entry, row]));
  const tops = new Map([...rows].map(([id, row]) => [id, row.getBoundingClientRect().top]));
  const focused = document.activeElement;
  const focusWasHere = list.contains(focused);
  entries.forEach((entry, index) => {
    const row = rows.get(String(entry.id)) ?? byId("row").content.firstElementChild.cloneNode(true);
    rows.delete(String(entry.id));
    row.dataset.entry = entry.id;
    update(row, entry, index + 1);
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
  rows.forEach((row) => row.remove());
  // Not on the next row's button: whoever is about to press Enter would vote for another song.
  if (focusWasHere) (focused.isConnected ? focused : list).focus({ preventScroll: true });
  if (!STILL.matches) [...list.children].forEach((row) => glide(row, tops.get(row.dataset.entry)));
}

function glide(row, from) {
  if (from === undefined) return;
  const by = from - row.getBoundingClientRect().top;
  if (Math.abs(by) > 1) row.animate([{ transform: `translateY(${by}px)` }, {}], { duration: 320, easing: "ease-out" });
}

function people(names, watching) {
  const faces = names.slice(0, FACES_SHOWN).map((name) => {
    const face = document.createElement("li");
    fillTile(face, { title: name.toLocaleLowerCase(), artist: "" });
    face.title = name;
    const initial = document.createElement("span");
    initial.ariaHidden = "true";
    initial.textContent = [...LETTERS.segment(name)][0].segment.toLocaleUpperCase();
    const unseen = document.createElement("span");
    unseen.className = "unseen";
    unseen.textContent = name;
    face.append(initial, unseen);
    return face;
  });
  byId("faces").replaceChildren(...faces);
  byId("count").textContent = `${watching} here`;
}

const EMPTY = "It starts right away, for everybody in the room. This page makes no sound: put the songs on wherever you like.";

function stage({ playing, skip, paused, playback }) {
  byId("stage").classList.toggle("quiet", !playing || paused);
  byId("stage-title").textContent = playing ? (paused ? `${STILL_SIGN} Paused` : "Now playing") : "It's quiet in here";
  byId("now-title").textContent = playing ? playing.title : "Add the first song";
  byId("now-artist").textContent = playing ? nowWords(playing) : EMPTY;
  source(byId("now-source"), playing ?? {});
  byId("progress").hidden = byId("now-actions").hidden = !playing;
  fillTile(byId("record-label"), playing ?? { title: "Encore", artist: "" });
  document.title = playing ? `${paused ? `${STILL_SIGN} ` : ""}${apart(playing.title)} · Encore` : "Encore";
  byId("now-sound").textContent = playback?.words ?? "";
  if (!playing) return;
  votes(byId("now-votes"), playing);
  byId("skip").dataset.entry = playing.id;
  byId("skip").setAttribute("aria-pressed", String(skip.mine));
  byId("skip-words").textContent = skip.votes ? `Skip: ${skip.votes} of ${skip.needed}` : "Skip";
  byId("pause").hidden = !paused && playback !== null && !playback.yours;
  byId("pause").classList.toggle("on", paused);
  byId("pause").querySelector("span").textContent = paused ? "Play" : "Pause";
  byId("now-remove").hidden = !playing.yours;
  byId("now-remove").dataset.entry = playing.id;
}

function nowWords(playing) {
  const by = playing.by && `added by ${playing.yours ? "you" : apart(playing.by)}`;
  return [apart(playing.artist), by].filter(Boolean).join(" · ");
}

function pill(id, count) {
  byId(id).textContent = count;
  byId(id).hidden = !count;
}

// Shows a whole state.
export function show(state) {
  stage(state);
  people(state.people, state.watching);
  keep(byId("queue"), state.queue, queued);
  keep(byId("ballot"), state.ballot, suggested);
  keep(byId("history"), state.history, played);
  pill("queue-count", state.queue.length);
  pill("history-count", state.history.length);
  byId("queue-invites").textContent = state.playing
    ? "Nothing after this one yet. Add a song, or ask what could be next."
    : "The queue is all yours. One song starts the party.";
  byId("queue-empty").hidden = state.queue.length > 0;
  byId("ballot-empty").hidden = state.ballot.length > 0;
  byId("history-empty").hidden = state.history.length > 0;
}

// Shows how far what plays has come, by the server's clock; what stands still stays where it is.
export function progress({ playing, left_ms: leftMs, length_ms: length }, nowMs) {
  if (!playing) return;
  const elapsed = Math.min(length, Math.max(0, length - (leftMs ?? playing.ends_ms - nowMs)));
  const bar = document.querySelector(".bar");
  bar.setAttribute("aria-valuemax", Math.round(length / 1000));
  bar.setAttribute("aria-valuenow", Math.round(elapsed / 1000));
  bar.setAttribute("aria-valuetext", `${clock(elapsed)} of ${clock(length)}`);
  byId("bar-fill").style.setProperty("--done", elapsed / length);
  byId("elapsed").textContent = clock(elapsed);
  byId("length").textContent = clock(length);
}
