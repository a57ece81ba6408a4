// What you voted for in any party, to be added here with one press; nobody else sees the list.

import { busy } from "./sound.js";
import { apart, byId, fillTile, songWords, source } from "./view.js";
import { count, say } from "./words.js";

export class Favourites {
  // change(what, fields) -> answer, or null when somebody would rather watch; toast(answer)
  constructor({ change, toast }) {
    Object.assign(this, { change, toast });
    this.opens = byId("favourites-button");
    this.panel = byId("favourites");
    this.songs = byId("favourite-songs");
    this.all = byId("favourites-all");
    this.opens.addEventListener("click", () => (this.panel.hidden ? busy(this.opens, () => this.open()) : this.close()));
    byId("favourites-close").addEventListener("click", () => this.close());
    this.songs.addEventListener("click", ({ target }) => this.add(target.closest("button[data-song]")));
    this.all.addEventListener("click", () => this.add(this.all));
  }

  async open() {
    if (!(await this.look())) return;
    this.hide(false);
    this.panel.focus({ preventScroll: true });
  }

  // Shows what can be added now; says whether it could be.
  async look() {
    const answer = await this.change("favourites", {});
    if (!answer) return false;
    if (!answer.ok) this.toast(answer);
    else this.list(answer);
    return answer.ok;
  }

  list({ favourites = [], say: words }) {
    byId("favourites-said").textContent = favourites.length
      ? say("Songs you voted up, the latest first. Only you see this list.")
      : words;
    this.songs.replaceChildren(...favourites.flatMap((song) => this.choice(song)));
    this.all.hidden = favourites.length < 2;
    this.all.textContent = count("Add all {number}", "Add all {number}", favourites.length);
    this.all.dataset.song = `entry:${favourites[0]?.entry}-${favourites.at(-1)?.entry}`;
  }

  choice(song) {
    const made = byId("choice").content.firstElementChild.cloneNode(true);
    made.dataset.song = `entry:${song.entry}`;
    const parts = { song: apart(song.title), artist: apart(song.artist) };
    made.setAttribute("aria-label", song.artist ? say("Add {song} by {artist}", parts) : say("Add {song}", parts));
    fillTile(made.querySelector(".tile"), song);
    made.querySelector(".title").textContent = song.title;
    made.querySelector(".artist").textContent = songWords(song);
    if (!song.spotify) return [made];
    const link = Object.assign(document.createElement("a"), { className: "source", target: "_blank", rel: "noopener noreferrer" });
    link.textContent = "Spotify";
    source(link, song);
    return [made, link];
  }

  async add(button) {
    if (!button || this.panel.querySelector("[aria-busy]")) return;
    const answer = await busy(button, () => this.change("favourites", { song: button.dataset.song }));
    if (!answer) return;
    this.toast(answer);
    await this.look();
    this.panel.focus({ preventScroll: true });
  }

  close() {
    this.hide(true);
    this.songs.replaceChildren();
    this.opens.focus({ preventScroll: true });
  }

  hide(isHidden) {
    this.panel.hidden = isHidden;
    this.opens.setAttribute("aria-expanded", String(!isHidden));
  }
}
