// Lists of songs: pasted into the field with their lines, dropped anywhere on the page, or chosen as files.

import { byId } from "./view.js";
import { say } from "./words.js";

const LARGEST_LIST_BYTES = 2 ** 20;
const LONGEST_NAME = 255;

// A file as the room takes it; throws an Error that says why there is none.
export async function sendable(file) {
  if (file.size > LARGEST_LIST_BYTES) throw new Error(say("That list is too big for me. Keep it under 1 MB, or send it in parts."));
  return { name: file.name.slice(-LONGEST_NAME), base64: await base64(file) };
}

function base64(file) {
  return new Promise((read, failed) => {
    const reader = new FileReader();
    reader.onload = () => read(reader.result.split(",")[1] ?? "");
    reader.onerror = () => failed(new Error(say("I can't open that file. Choose another one."))); // a folder, for instance
    reader.readAsDataURL(file);
  });
}

// Has files taken that are dropped on the page, wherever that is.
export function onDrop(take) {
  const brings = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  const show = (isOver) => (byId("drop").hidden = !isOver);
  addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault(); // or the browser would open the file in the page's place
    event.dataTransfer.dropEffect = "copy";
    show(true);
  });
  addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || show(false));
  addEventListener("drop", (event) => {
    show(false);
    if (!brings(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}

// The field for songs: a line, and a larger one as soon as several are pasted.
export class Field {
  constructor() {
    this.song = byId("song");
    this.list = byId("list");
    this.song.addEventListener("paste", (event) => this.pasted(event));
    this.list.addEventListener("input", () => this.list.value.trim() || this.clear());
    this.list.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.list.form.requestSubmit();
    });
    byId("list-clear").addEventListener("click", () => this.clear());
  }

  get value() {
    return this.isList ? this.list.value : this.song.value;
  }

  get isList() {
    return !this.list.hidden;
  }

  pasted(event) {
    const pasted = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n");
    if (!pasted.trim().includes("\n")) return;
    event.preventDefault(); // the browser would make one line of them
    const { value, selectionStart, selectionEnd } = this.song;
    this.list.value = value.slice(0, selectionStart) + pasted.trim() + value.slice(selectionEnd);
    this.song.value = "";
    this.show(this.list);
  }

  clear() {
    const focusWasHere = document.activeElement === this.list || document.activeElement === byId("list-clear");
    this.song.value = this.list.value = "";
    if (this.isList) this.show(this.song, focusWasHere);
  }

  show(field, withFocus = true) {
    const isList = field === this.list;
    this.song.hidden = isList;
    this.list.hidden = byId("list-clear").hidden = !isList;
    byId("file-button").hidden = isList;
    byId("add-label").htmlFor = field.id;
    byId("add-label").textContent = isList ? say("Add songs, one on each line") : say("Add a song");
    if (withFocus) field.focus();
  }
}
