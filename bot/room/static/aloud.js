// What matters, once, for whoever does not see it: another song, one's own song next, songs to vote for.

import { page } from "./page.js";
import { apart, byId } from "./view.js";
import { count, say } from "./words.js";

let before = null;

function song({ title, artist }) {
  return [apart(title), apart(artist)].filter(Boolean).join(" – ");
}

export function aloud(state) {
  const was = before;
  before = { playing: state.playing?.id, paused: state.paused, next: state.queue[0]?.id, asked: state.ballot.map(({ id }) => id).join() };
  if (!was) return;
  const said = [];
  if (state.playing && before.playing !== was.playing) said.push(say("Now playing: {song}", { song: song(state.playing) }));
  else if (state.playing && before.paused !== was.paused) said.push(state.paused ? say("Paused") : say("Playing again"));
  const next = state.queue[0];
  if (next && before.next !== was.next && page.isMine(next)) said.push(say("Your song is next: {song}", { song: song(next) }));
  if (before.asked !== was.asked && state.ballot.length && !was.asked) {
    said.push(count("There is {number} song to vote for.", "There are {number} songs to vote for.", state.ballot.length));
  }
  if (said.length) byId("aloud").textContent = said.join(" ");
}
