// The rows of the lists: what waits, what could be next, what was played.

import { page } from "./page.js";
import { apart, byId, fillTile, mark, put, silence, source } from "./view.js";
import { say } from "./words.js";

export function votes(holder, entry) {
  if (!holder.childElementCount) {
    holder.append(byId("votes").content.cloneNode(true));
    mark(holder, "role", "group");
  }
  const song = apart(entry.title);
  const mine = page.voteOn(entry);
  mark(holder, "aria-label", say("Votes for {song}", { song }));
  voteButton(holder.querySelector(".up"), entry, 1, mine, say("Vote for {song}, {number} so far", { song, number: entry.ups }));
  voteButton(holder.querySelector(".down"), entry, -1, mine, say("Vote against {song}, {number} so far", { song, number: entry.downs }));
}

function voteButton(button, entry, value, mine, words) {
  Object.assign(button.dataset, { do: "vote", entry: entry.id, value });
  if (button.disabled === Boolean(page.own.may.vote)) button.disabled = !page.own.may.vote;
  mark(button, "aria-pressed", String(mine === value));
  mark(button, "aria-label", words);
  put(button.querySelector("b"), (value > 0 ? entry.ups : entry.downs) || "");
}

export function makeRow() {
  return byId("row").content.firstElementChild.cloneNode(true);
}

// What besides an entry decides on what its row looks like.
export function looks(entry) {
  const { may } = page.own;
  return `${page.voteOn(entry)}${page.isMine(entry)}${may.vote}${may.moderate}`;
}

function write(row, entry, note) {
  const more = row.querySelector(".more");
  fillTile(more, entry);
  more.dataset.about = entry.id;
  mark(more, "aria-label", say("More about {song}", { song: apart(entry.title) }));
  put(row.querySelector(".title"), entry.title);
  put(row.querySelector(".artist"), entry.artist);
  source(row.querySelector(".source"), entry);
  put(row.querySelector(".note"), [silence(entry), note].filter(Boolean).join(" · "));
}

// Who added a song; "" where nobody did.
export function addedBy(entry) {
  if (page.isMine(entry)) return say("added by you");
  return entry.by && say("added by {name}", { name: apart(entry.by) });
}

function takeOut(entry) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "link", tabIndex: -1, textContent: say("Remove") });
  mark(button, "aria-label", say("Remove {song} from the queue", { song: apart(entry.title) }));
  Object.assign(button.dataset, { do: "remove", entry: entry.id });
  return button;
}

export function queued(row, entry) {
  write(row, entry, addedBy(entry));
  votes(row.querySelector(".actions"), entry);
  const removes = page.isMine(entry) || page.own.may.moderate;
  const out = row.querySelector(".link");
  if (removes && !out) row.querySelector(".words").append(takeOut(entry));
  else if (!removes) out?.remove();
  row.classList.toggle("mine", page.isMine(entry));
}

export function suggested(row, entry) {
  write(row, entry, entry.because);
  votes(row.querySelector(".actions"), entry);
  if (!row.querySelector(".match")) {
    const match = document.createElement("p");
    match.className = "match";
    match.append(document.createElement("i"), document.createElement("span"));
    row.querySelector(".note").before(match);
  }
  row.querySelector(".match i").style.setProperty("--match", entry.match_bar ?? 0);
  row.querySelector(".match span").textContent = entry.match_words ?? "";
}

export function played(row, entry) {
  const how = entry.state === "skipped" ? say("skipped") : say("played");
  write(row, entry, [how, addedBy(entry)].filter(Boolean).join(" · "));
}
