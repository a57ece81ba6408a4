// Who I am: a nickname, and a random secret that keeps it mine in this browser, in all its tabs.

import { recall, remember } from "./kept.js";
import { randomId } from "./live.js";
import { page } from "./page.js";
import { apart, byId, mark, put } from "./view.js";
import { say } from "./words.js";

const NAME = "encore.name";
const SECRET = "encore.secret";

export class Me {
  constructor() {
    if (!recall(SECRET)) remember(SECRET, randomId());
    this.dialog = byId("name-dialog");
    byId("me").addEventListener("click", () => this.choose());
    byId("name-cancel").addEventListener("click", () => this.dialog.close());
    byId("name-form").addEventListener("submit", (event) => this.submit(event));
    this.dialog.addEventListener("close", () => this.decided?.(this.name !== null));
    // Another tab of this browser has chosen a name: it is this one's as well.
    addEventListener("storage", ({ key, newValue }) => key === NAME && newValue && this.take(newValue));
    this.show();
  }

  // The name as the room has it; before it has said so, the one that is remembered.
  get name() {
    return page.state ? page.own.name : recall(NAME) || null;
  }

  // With which name to come in.
  get who() {
    const name = recall(NAME);
    return name ? { name, secret: recall(SECRET) } : {};
  }

  // What the room said to our name when we came in.
  entered(answer) {
    if (!answer.ok) remember(NAME, "");
  }

  // Asks for a name, with a word on why; true once there is one.
  choose(why = "") {
    byId("name").value = this.name ?? "";
    put("name-said", why);
    this.decided?.(false); // whoever asked before has waited long enough
    if (!this.dialog.open) this.dialog.showModal();
    byId("name").select();
    return new Promise((decided) => (this.decided = decided));
  }

  async submit(event) {
    event.preventDefault();
    const answer = await this.take(byId("name").value);
    if (answer.ok) this.dialog.close();
    else put("name-said", answer.say);
  }

  async take(name) {
    if (page.own.as === "member" || name === page.own.name) return { ok: true };
    const answer = await page.ask("hello", { name, secret: recall(SECRET) });
    if (!answer.ok) return answer;
    if (answer.name !== recall(NAME)) remember(NAME, answer.name);
    this.fresh = answer.name; // until the room tells us our own part
    this.show();
    return answer;
  }

  // Members keep their name: it is the chat's, and so is what was erased.
  forget() {
    if (page.own.as === "member") return;
    remember(NAME, "");
    remember(SECRET, randomId());
    this.show();
  }

  show() {
    const { name } = this;
    const me = byId("me");
    put("my-name", name ?? say("Pick a name"));
    me.classList.toggle("named", name !== null);
    const isMember = page.own.as === "member";
    if (me.disabled !== isMember) me.disabled = isMember; // members have their name from the chat
    const words = name ? say("You are {name}. Change your name", { name: apart(name) }) : say("Pick a name");
    mark(me, "aria-label", me.disabled ? say("You are {name}", { name: apart(name ?? "") }) : words);
  }
}
