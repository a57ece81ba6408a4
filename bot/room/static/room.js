// The room's page: puts the line, the name, the type-ahead and the view together.

import { Adding } from "./adding.js";
import { Favourites } from "./favourites.js";
import { Line } from "./live.js";
import { Me } from "./names.js";
import { page } from "./page.js";
import { Sound, busy } from "./sound.js";
import { TypeAhead } from "./typeahead.js";
import { byId, progress, show } from "./view.js";

const TICK_MS = 500;
const TOAST_MS = 6000;

let latest = null;
let serverAheadMs = 0;
let toastTimer;

const me = new Me((what, fields) => line.ask(what, fields));
const sound = new Sound({ change, toast, ask: (what, fields) => line.ask(what, fields), named: () => me.name !== null });
const adding = new Adding({ change, toast });
new Favourites({ change, toast });
const line = new Line({ onState: arrived, onAway: away, onHello: greeted, onTold: told, hello: () => me.hello() });

function arrived(state) {
  serverAheadMs = state.now_ms - Date.now();
  latest = state;
  show(state);
  sound.show(state);
  adding.show(state);
  page.state = state;
  page.changed();
  tick();
}

function tick() {
  if (latest) progress(latest, Date.now() + serverAheadMs);
}

function away(isAway, changes) {
  const unsent = changes ? ` ${changes === 1 ? "One change is" : `${changes} changes are`} waiting to be sent.` : "";
  byId("away").textContent = isAway ? `Can't reach the room right now. Trying again.${unsent}` : "";
  byId("away").hidden = !isAway;
}

function greeted(answer) {
  me.greeted(answer);
  if (!answer.ok && answer.kind !== "Away") toast(answer);
  sound.look();
}

function told(say) {
  toast({ ok: true, say });
}

function toast({ ok, say }) {
  clearTimeout(toastTimer);
  byId("toast").textContent = say;
  byId("toast").classList.toggle("bad", !ok);
  toastTimer = setTimeout(() => (byId("toast").textContent = ""), TOAST_MS);
}

// Changes the party, asking for a name first where one is needed; null when somebody would rather watch.
async function change(what, fields, onGoing) {
  if (!me.name && !(await me.choose())) return null;
  const answer = await line.ask(what, fields, onGoing);
  if (answer.kind !== "NameNeeded") return answer;
  return (await me.choose(answer.say)) ? line.ask(what, fields, onGoing) : null;
}

async function changeAndTell(what, fields) {
  const answer = await change(what, fields);
  if (answer) toast(answer);
}

Object.assign(page, { line, change, toast, ask: (what, fields, onGoing) => line.ask(what, fields, onGoing) });

const typeAhead = new TypeAhead({
  input: byId("song"),
  list: byId("songs"),
  found: byId("found"),
  search: async (text) => (await line.ask("search", { text })).tracks ?? [],
  choose: (song) => adding.add(`track:${song.track_id}`),
});

byId("add").addEventListener("submit", (event) => {
  event.preventDefault();
  typeAhead.close();
  adding.add();
});

document.querySelector("main").addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-do]");
  if (!button) return;
  const fields = { entry: Number(button.dataset.entry) };
  if (button.dataset.value) {
    fields.value = button.getAttribute("aria-pressed") === "true" ? 0 : Number(button.dataset.value);
  }
  changeAndTell(button.dataset.do, fields);
});

byId("undo").addEventListener("click", () => changeAndTell("undo", {}));

// Without words it is the queue alone that says what could be next.
byId("wish").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("words").value.trim();
  const mood = byId("wish").elements.mood.value;
  await busy(byId("next"), () => (text ? changeAndTell("vibe", { text, mood }) : changeAndTell("next", { mood })));
});

setInterval(tick, TICK_MS);
