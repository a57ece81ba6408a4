// Who I am: a nickname, and a random secret that keeps it mine in this browser.

import { randomId } from "./live.js";
import { apart, byId } from "./view.js";

// A browser that keeps nothing for us still lets people in for as long as the page is open.
const memory = new Map();
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return memory.get(key) ?? null;
  }
}
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    memory.set(key, value);
  }
}

export class Me {
  constructor(ask) {
    this.ask = ask; // ask("hello", fields) -> answer
    if (!recall("encore.secret")) remember("encore.secret", randomId());
    this.dialog = byId("name-dialog");
    byId("me").addEventListener("click", () => this.choose());
    byId("name-cancel").addEventListener("click", () => this.dialog.close());
    byId("name-form").addEventListener("submit", (event) => this.submit(event));
    this.dialog.addEventListener("close", () => this.decided?.(this.name !== null));
    this.show();
  }

  get name() {
    return recall("encore.name") || null;
  }

  hello() {
    return this.name && { name: this.name, secret: recall("encore.secret") };
  }

  // What the room said to our name, whoever asked.
  greeted(answer) {
    if (answer.ok) remember("encore.name", answer.name);
    else if (answer.kind === "NameTaken" || answer.kind === "NameNeeded") remember("encore.name", "");
    this.show();
  }

  // Asks for a name, with a word on why; true once there is one.
  choose(why = "") {
    byId("name").value = this.name ?? "";
    byId("name-said").textContent = why;
    this.decided?.(false); // whoever asked before has waited long enough
    if (!this.dialog.open) this.dialog.showModal();
    byId("name").select();
    return new Promise((decided) => (this.decided = decided));
  }

  async submit(event) {
    event.preventDefault();
    const answer = await this.ask("hello", { name: byId("name").value, secret: recall("encore.secret") });
    if (!answer.ok) {
      byId("name-said").textContent = answer.say;
      return;
    }
    this.greeted(answer);
    this.dialog.close();
  }

  show() {
    byId("my-name").textContent = this.name ?? "Pick a name";
    byId("me").classList.toggle("named", Boolean(this.name));
    byId("me").setAttribute("aria-label", this.name ? `You are ${apart(this.name)}. Change your name` : "Pick a name");
  }
}
