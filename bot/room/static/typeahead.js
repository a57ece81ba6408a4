// Songs as one types: a combobox with a listbox, by keyboard, pointer and screen reader.

import { fillTile, songWords } from "./view.js";
import { count, say } from "./words.js";

const PAUSE_MS = 120;

export class TypeAhead {
  // search(text) -> songs, or null where nobody could look; choose(song) is called when one is picked.
  constructor({ input, list, found, search, choose }) {
    Object.assign(this, { input, list, found, search, choose });
    this.songs = [];
    this.active = -1;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // or the input would lose focus
    list.addEventListener("click", (event) => this.clicked(event));
  }

  typed() {
    clearTimeout(this.timer);
    this.activate(-1); // what was chosen among the old songs is not what Enter means now
    const text = this.input.value.trim();
    if (!text) return this.close();
    this.timer = setTimeout(() => this.look(text), PAUSE_MS);
  }

  async look(text) {
    const look = (this.latest = {});
    const songs = await this.search(text);
    if (songs && look === this.latest && document.activeElement === this.input) this.show(songs);
  }

  show(songs) {
    this.songs = songs;
    this.list.replaceChildren(...songs.map((song, index) => this.option(song, index)));
    this.list.hidden = songs.length === 0;
    this.input.setAttribute("aria-expanded", String(songs.length > 0));
    this.found.textContent = songs.length ? count("{number} song found", "{number} songs found", songs.length) : say("No song found");
    this.activate(-1);
  }

  option(song, index) {
    const item = document.createElement("li");
    item.id = `song-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const tile = document.createElement("span");
    tile.className = "tile small";
    tile.ariaHidden = "true";
    fillTile(tile, song);
    const title = document.createElement("span");
    title.className = "title";
    title.dir = "auto";
    title.textContent = song.title;
    const artist = document.createElement("span");
    artist.className = "artist";
    artist.textContent = songWords(song);
    item.append(tile, title, artist);
    return item;
  }

  pressed(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.move(event.key === "ArrowDown" ? 1 : -1);
      else if (this.input.value.trim()) this.look(this.input.value.trim());
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (open) this.close();
      else this.input.value = "";
    } else if (event.key === "Enter" && open && this.active >= 0 && !event.isComposing) {
      event.preventDefault();
      this.pick(this.active);
    }
  }

  // One step past either end is the text as typed.
  move(step) {
    const places = this.songs.length + 1;
    this.activate(((this.active + 1 + step + places) % places) - 1);
  }

  activate(index) {
    this.active = index;
    [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", `song-${index}`);
    this.list.children[index].scrollIntoView({ block: "nearest" });
  }

  clicked(event) {
    const item = event.target.closest("[role=option]");
    if (item) this.pick([...this.list.children].indexOf(item));
  }

  pick(index) {
    const song = this.songs[index];
    this.close();
    this.choose(song);
  }

  close() {
    clearTimeout(this.timer);
    this.latest = null; // an answer on its way must not open the list again
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.found.textContent = "";
    this.activate(-1);
  }
}
