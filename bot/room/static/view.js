// What songs and people look like. Texts are only ever set as text.

import { say } from "./words.js";

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
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

export const byId = (id) => document.getElementById(id);

// Writes a text where it is another one: the browser lays out anew whatever is written.
export function put(id, text) {
  const element = typeof id === "string" ? byId(id) : id;
  if (element.textContent !== String(text)) element.textContent = text;
}

// The same for an attribute, and for whether something is hidden.
export function mark(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

export function hide(id, isHidden) {
  if (byId(id).hidden !== isHidden) byId(id).hidden = isHidden;
}

function hash(text) {
  let sum = 2166136261;
  for (const char of text) sum = Math.imul(sum ^ char.codePointAt(0), 16777619);
  return sum >>> 0;
}

// Gives a song a sleeve of its own, the same for everybody.
export function fillTile(tile, song) {
  const sleeve = hash(`${song.title}/${song.artist}`);
  if (tile.sleeve === sleeve) return;
  tile.sleeve = sleeve;
  const inks = INKS[sleeve % INKS.length];
  ["--one", "--two", "--three"].forEach((name, index) => tile.style.setProperty(name, inks[index]));
  tile.dataset.pattern = (sleeve >>> 8) % PATTERNS;
}

// Shows a song's own picture on its sleeve, where it has one and as soon as it is there.
export function cover(picture, link) {
  if (picture.dataset.link === (link ?? "")) return;
  picture.dataset.link = link ?? "";
  picture.hidden = true;
  picture.onload = () => (picture.hidden = false);
  if (link) picture.src = link;
  else picture.removeAttribute("src");
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
  if (link.hidden === Boolean(spotify)) link.hidden = !spotify;
  if (!spotify) return link.removeAttribute("href");
  link.href = spotify;
  link.setAttribute("aria-label", say("{song} on Spotify", { song: apart(title) }));
}

// That a song cannot sound where people's own music does; "" for all others.
// Words without the sign before them: not every device has a picture for it.
export function unsigned(words) {
  return words.replace(/^\p{Extended_Pictographic}\ufe0f?\s*/u, "");
}

export function silence({ silent }) {
  return silent ? unsigned(say("🔇 silent here")) : "";
}

export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
