// Which song was meant: a question for each text that may mean several, for who typed it alone.

import { busy } from "./sound.js";
import { byId, fillTile, songWords } from "./view.js";

export class Which {
  // add(song) -> what became of it, or null when somebody would rather not; toast(answer)
  constructor({ add, toast }) {
    Object.assign(this, { add, toast });
    this.list = byId("questions");
    this.list.addEventListener("click", ({ target }) => this.pressed(target.closest("button[data-song]")));
    byId("which-close").addEventListener("click", () => this.forget());
  }

  // Shows more questions above those that are still open.
  ask(questions) {
    const asked = new Map(questions.map((question) => [question.typed, question]));
    for (const old of [...this.list.children]) if (asked.has(old.dataset.typed)) old.remove();
    this.list.prepend(...[...asked.values()].map((question) => this.question(question)));
    this.count();
  }

  question({ typed, tracks }) {
    const made = byId("question").content.firstElementChild.cloneNode(true);
    made.dataset.typed = typed;
    made.querySelector("q").textContent = typed;
    const asTyped = made.querySelector("[data-song]");
    asTyped.dataset.song = `typed:${typed}`;
    asTyped.before(...tracks.filter((song) => song.track_id).map((song) => this.choice(song)));
    return made;
  }

  choice(song) {
    const made = byId("choice").content.firstElementChild.cloneNode(true);
    made.dataset.song = `track:${song.track_id}`;
    fillTile(made.querySelector(".tile"), song);
    made.querySelector(".title").textContent = song.title;
    made.querySelector(".artist").textContent = songWords(song);
    return made;
  }

  async pressed(button) {
    const question = button?.closest(".question");
    if (!question || question.querySelector("[aria-busy]")) return;
    const answer = await busy(button, () => this.add(button.dataset.song));
    if (!answer) return;
    this.toast(answer);
    if (answer.ok) this.answered(question);
  }

  answered(question) {
    const focusWasHere = question.contains(document.activeElement);
    const next = question.nextElementSibling ?? question.previousElementSibling ?? byId("queue");
    question.remove();
    this.count();
    if (focusWasHere) next.focus({ preventScroll: true });
  }

  forget() {
    this.list.replaceChildren();
    this.count();
    byId("queue").focus({ preventScroll: true });
  }

  count() {
    byId("which").hidden = this.list.childElementCount === 0;
  }
}
