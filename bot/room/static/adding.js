// Adding songs: one, several, or a whole list, and what became of them.

import { Field, onDrop, sendable } from "./lists.js";
import { page } from "./page.js";
import { busy } from "./sound.js";
import { byId } from "./view.js";
import { Which } from "./which.js";
import { count, say } from "./words.js";

const LONGEST_TYPED = 4000; // characters; what is longer is sent as a file

export class Adding {
  // change(what, fields, onGoing) -> answer, or null when somebody would rather watch; toast(answer)
  constructor({ change, toast }) {
    Object.assign(this, { change, toast });
    this.field = new Field();
    this.which = new Which({ add: (song) => change("add", { song }), toast });
    this.state = null;
    this.lists = []; // those that are being added
    this.turn = Promise.resolve();
    byId("file-button").addEventListener("click", () => byId("file").click());
    byId("file").addEventListener("change", ({ target }) => {
      this.bring([...target.files]);
      target.value = ""; // so that the same file can be chosen again
    });
    byId("told-close").addEventListener("click", () => this.report(""));
    for (const id of ["song", "list"]) byId(id).addEventListener("input", () => this.refuse(""));
    onDrop((files) => this.bring(files));
  }

  // Adds what is in the field, or the song that was picked for it.
  async add(song = this.field.value) {
    const typed = this.field.value;
    const isList = this.field.isList;
    this.hush();
    const answer = await busy(byId("add-button"), () =>
      song.length > LONGEST_TYPED ? this.send(new File([song], say("your list"))) : this.go("add", { text: song }, say("Importing …")),
    );
    if (!answer) return;
    if (answer.ok && this.field.value === typed) this.field.clear();
    this.tell([answer], isList);
  }

  // Adds the songs of files, one file after the other.
  bring(files) {
    this.turn = this.turn.then(() => busy(byId("file-button"), () => this.bringNow(files)));
  }

  async bringNow(files) {
    this.hush();
    const answers = [];
    for (const file of files) {
      const answer = await this.send(file);
      if (!answer) break;
      answers.push(files.length > 1 ? { ...answer, say: `${file.name}: ${answer.say}` } : answer);
    }
    this.tell(answers, true);
  }

  async send(file) {
    try {
      return await this.go("import", { file: await sendable(file) }, say("Adding {name} …", { name: file.name }));
    } catch (error) {
      return { ok: false, say: error.message };
    }
  }

  async go(what, fields, words) {
    const list = { words, since: this.newest() };
    try {
      return await this.change(what, fields, () => {
        this.lists.push(list);
        this.hear([words]);
        this.draw();
      });
    } finally {
      this.lists = this.lists.filter((each) => each !== list);
      this.draw();
    }
  }

  // Says what became of one request or of several; what is asked below is not said besides.
  tell(answers, isList) {
    const met = answers.filter(({ ok }) => ok);
    const questions = met.flatMap((answer) => answer.questions ?? []);
    const asked = new Set(questions.map(({ say }) => say));
    const words = met.flatMap(({ say }) => say.split("\n")).filter((line) => !asked.has(line));
    const isLong = isList || words.length > 1;
    this.report(isLong ? words.join("\n") : "");
    this.toast({ ok: true, say: isLong ? "" : words.join("") }); // "" takes an older one away
    this.which.ask(questions);
    this.hear([...(isLong ? words : []), ...asked]);
    this.refuse(answers.filter(({ ok }) => !ok).map(({ say }) => say).join("\n"));
  }

  hush() {
    this.refuse("");
    this.report("");
  }

  refuse(say) {
    byId("add-said").textContent = say;
  }

  report(words) {
    byId("told-words").textContent = words;
    byId("told").hidden = !words;
  }

  // For who cannot see what has appeared.
  hear(lines) {
    byId("heard").textContent = lines.join("\n");
  }

  show(state) {
    this.state = state;
    this.draw();
  }

  mine() {
    const { playing, queue } = this.state ?? { playing: null, queue: [] };
    return [playing, ...queue].filter((entry) => page.isMine(entry));
  }

  newest() {
    return Math.max(0, ...this.mine().map(({ id }) => id));
  }

  // Songs come in by and by, so one can see how far it is.
  draw() {
    const list = this.lists.at(-1);
    byId("bringing").hidden = !list;
    if (!list) return;
    const songs = this.mine().filter(({ id }) => id > list.since).length;
    const soFar = songs ? count("{number} song so far", "{number} songs so far", songs) : "";
    byId("bringing-words").textContent = [list.words, soFar].filter(Boolean).join(" ");
  }
}
