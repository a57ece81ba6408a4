// One song: why it fits, and what one may do with it.

import { bars, button, heading, hint, make, twice } from "./panel-parts.js";
import { apart, clock, fillTile, songWords, source } from "./view.js";
import { count, say } from "./words.js";

const LEAST_SPAN = 0.5; // the shortest scale of the bars, so that small shares look small

export function songPage(sheet, entry) {
  const song = songOf(sheet, entry);
  if (!song) return null;
  const why = make("div", { class: "why", role: "region", "aria-label": say("Why it fits"), "aria-busy": "true" }, hint(say("Looking …")));
  explain(sheet, song, why);
  return {
    title: apart(song.title),
    parts: [songHead(song), acts(sheet, song), heading(say("Why it fits")), why, keepsOut(sheet, song)],
    seen: songSeen(sheet, entry),
    update: () => sheet.shown.seen !== songSeen(sheet, entry) && refreshActs(sheet, entry),
  };
}

function songOf(sheet, entry) {
  const { playing, queue, ballot, history } = sheet.page.state;
  return [playing, ...queue, ...ballot, ...history].find((each) => each?.id === entry);
}

function placeOf(sheet, entry) {
  return sheet.page.state.queue.findIndex(({ id }) => id === entry) + 1;
}

function songSeen(sheet, entry) {
  const { queue } = sheet.page.state;
  return JSON.stringify([songOf(sheet, entry)?.state, placeOf(sheet, entry), queue.length, sheet.page.own.may]);
}

// What one may do is another now; why it fits stays as it is.
function refreshActs(sheet, entry) {
  const song = songOf(sheet, entry);
  if (!song) return;
  sheet.shown.seen = songSeen(sheet, entry);
  if (sheet.body.querySelector(".asked")) return; // somebody is being asked
  const key = document.activeElement?.closest?.(".acts [data-key]")?.dataset.key;
  const [soft, hard] = sheet.body.querySelectorAll(".acts");
  soft.replaceWith(acts(sheet, song));
  hard.replaceWith(keepsOut(sheet, song));
  if (key) (sheet.body.querySelector(`[data-key="${key}"]:not(:disabled)`) ?? sheet.title).focus({ preventScroll: true });
}

function songHead(song) {
  const tile = make("span", { class: "tile", "aria-hidden": "true" });
  fillTile(tile, song);
  const link = make("a", { class: "source", target: "_blank", rel: "noopener noreferrer" }, "Spotify");
  source(link, song);
  const facts = [songWords(song), song.duration_ms && clock(song.duration_ms)].filter(Boolean).join(" · ");
  const by = song.by && say("added by {name}", { name: apart(song.by) });
  const words = make("div", {}, make("p", { class: "artist" }, facts), by && make("p", { class: "note" }, by), song.spotify && link);
  return make("div", { class: "song-head" }, tile, words);
}

function acts(sheet, song) {
  const { may, me } = sheet.page.own;
  const isMine = song.by_id !== null && song.by_id === me;
  const here = placeOf(sheet, song.id);
  const parts = [may.moderate && here > 0 && moves(sheet, song, here)];
  if ((isMine || may.moderate) && (here || song.state === "playing")) {
    const attributes = { kind: "ghost bad", sign: "remove", "data-do": "remove", "data-key": "remove" };
    parts.push(button(say("Remove from the queue"), () => sheet.change("remove", { entry: song.id }), attributes));
  }
  return make("div", { class: "acts" }, parts);
}

// What keeps a song or a person out of the party.
function keepsOut(sheet, song) {
  const { may, me } = sheet.page.own;
  if (!may.moderate) return make("div", { class: "acts" });
  const name = apart(song.by);
  const block = (fields) => () => sheet.change("block", fields);
  const ofSong = twice(
    say("Block this song"),
    say("Keep this song out of the party, in every version?"),
    say("Block"),
    block({ entry: song.id }),
    { "data-do": "block", "data-key": "block" },
  );
  const ofPerson = twice(
    say("Block {name}", { name }),
    say("Block {name}? They can look, but not take part, and their waiting songs go.", { name }),
    say("Block"),
    block({ person: song.by_id }),
    { "data-do": "block", "data-key": "block-person" },
  );
  return make("div", { class: "acts hard" }, ofSong, song.by_id !== null && song.by_id !== me && ofPerson);
}

function moves(sheet, song, here) {
  const last = sheet.page.state.queue.length;
  const to = (place) => sheet.change("move", { entry: song.id, place });
  const field = make("input", {
    id: "panel-place", type: "number", min: 1, max: last, value: here, inputmode: "numeric", required: true, "data-key": "place",
  });
  const form = make(
    "form",
    { class: "place", "data-do": "move", novalidate: true },
    make("label", { for: "panel-place" }, count("Place (of {number})", "Place (of {number})", last)),
    field,
    make("button", { type: "submit", class: "ghost", "data-key": "move" }, make("span", {}, say("Move"))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wished = Math.round(Number(field.value));
    if (wished >= 1 && wished !== placeOf(sheet, song.id)) to(Math.min(wished, last));
  });
  return make(
    "div",
    { class: "moves" },
    make(
      "div",
      { class: "line" },
      button(say("Up"), () => to(here - 1), { sign: "up", "data-key": "up", disabled: here === 1 }),
      button(say("Down"), () => to(here + 1), { sign: "down", "data-key": "down", disabled: here === last }),
      here > 2 && button(say("Play next"), () => to(1), { "data-key": "first" }),
    ),
    form,
  );
}

async function explain(sheet, song, holder) {
  const answer = await sheet.page.change("why", { entry: song.id });
  if (!holder.isConnected && !sheet.dialog.open) return;
  holder.removeAttribute("aria-busy");
  holder.replaceChildren(...(answer?.why ? drawing(answer.why) : [hint(answer?.say ?? say("Pick a name, and I'll tell you."))]));
}

function drawing({ match_words: match, start, room, songs, members }) {
  const base = [
    { name: say("how popular it is on its own"), logit: start },
    { name: say("what the queue adds to every song"), logit: room },
  ];
  const listed = withRest(songs);
  const people = withRest(members).map((each) => ({ ...each, name: each.name || say("nobody") }));
  const longest = Math.max(LEAST_SPAN, ...[...listed, ...people].map(({ logit }) => Math.abs(logit)));
  const drawn = (shares, span = longest) =>
    bars(shares.map(({ name, logit }) => ({ name: apart(name), value: logit, words: points(logit) })), span);
  return [
    make("p", { class: "big" }, say("{percent} match", { percent: match })),
    hint(say("A bar to the right speaks for the song, one to the left against it.")),
    listed.length > 0 && make("h4", {}, say("The party's songs")),
    listed.length > 0 && drawn(listed),
    people.length > 0 && make("h4", {}, say("Whose songs they are")),
    people.length > 0 && drawn(people),
    make("h4", {}, say("Before the songs count")),
    drawn(base, Math.max(longest, ...base.map(({ logit }) => Math.abs(logit)))),
  ].filter(Boolean);
}

function withRest({ shares, more, rest }) {
  return more ? [...shares, { name: count("{number} more", "{number} more", more), logit: rest }] : shares;
}

function points(logit) {
  return `${logit < 0 ? "−" : "+"}${Math.abs(logit).toFixed(2)}`;
}
