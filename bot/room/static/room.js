// The room's page: puts the line, the name, the type-ahead and all that is shown together.

import { Adding } from "./adding.js";
import { aloud } from "./aloud.js";
import { Cards } from "./cards.js";
import { Favourites } from "./favourites.js";
import { Line } from "./live.js";
import { media } from "./media.js";
import { Me } from "./names.js";
import { page } from "./page.js";
import { Queue } from "./queue.js";
import { toolbar } from "./rove.js";
import { looks, makeRow, played, suggested } from "./rows.js";
import { Sound, busy } from "./sound.js";
import { Speaker } from "./speaker.js";
import { people, progress, stage } from "./stage.js";
import { Store } from "./store.js";
import { TypeAhead } from "./typeahead.js";
import { byId, hide, mark, put } from "./view.js";
import { count, say } from "./words.js";

const TICK_MS = 500;
const TOAST_MS = 6000;
const BLINK_MS = 300;

const store = new Store();
let toastTimer;
let drawing = false;

Object.assign(page, { change, toast, ask: (what, fields, onGoing) => page.line.ask(what, fields, onGoing) });
const me = new Me();
page.forgetMe = () => me.forget();
const sound = new Sound({ change, toast, ask: page.ask, named: () => me.name !== null });
const speaker = new Speaker({ ask: page.ask, first: change, onTurned: () => page.state && draw() });
const adding = new Adding({ change, toast });
new Favourites({ change, toast });
const queue = new Queue();
const ballot = new Cards(byId("ballot"), { make: makeRow, write: suggested, looks });
const history = new Cards(byId("history"), { make: makeRow, write: played, looks });
page.line = new Line({ store, who: () => me.who, onShown: shown, onAway: away, onEntered: entered, onTold: told, onSlow: slow, onSound: (what) => speaker.hear(what) });

// Changes that come close to each other are drawn once; a page that nobody sees has no frames.
function shown() {
  if (store.state.now_ms !== page.state?.now_ms) page.aheadMs = store.state.now_ms - Date.now();
  page.state = store.state;
  page.own = store.own;
  if (document.hidden) return draw();
  if (!drawing) requestAnimationFrame(draw);
  drawing = true;
}

function draw() {
  drawing = false;
  const { state, own } = page;
  document.documentElement.classList.remove("coming");
  stage(state, own);
  people(state);
  locks(state, own);
  queue.show(state.queue);
  ballot.show(state.ballot.map((entry, index) => [entry, index + 1]));
  if (byId("history-box").open) drawHistory();
  put("history-count", state.history.length);
  put("queue-invites", state.playing
    ? say("Nothing after this one yet. Add a song, or ask what could be next.")
    : say("The queue is all yours. One song starts the party."));
  hide("queue-empty", state.queue.length > 0);
  hide("demo", !(state.demo && own.may.add && !state.playing));
  hide("ballot-empty", state.ballot.length > 0);
  hide("jump", state.ballot.length === 0 || state.queue.length === 0);
  sound.show(state);
  adding.show(state);
  me.show();
  tick();
  aloud(state);
  speaker.show(state, own);
  media(state, own, speaker, page.tell);
  page.changed();
}

function drawHistory() {
  const songs = page.state?.history ?? [];
  history.show(songs.map((entry, index) => [entry, index + 1]));
  hide("history-empty", songs.length > 0);
}

// What one may not do here is not offered, and a sentence says why.
function locks({ rules }, { may }) {
  hide("adding", !may.add);
  hide("wish", !may.vote);
  hide("undo", !may.vote);
  hide("locked", Boolean(may.add));
  put("locked", may.add ? "" : whyLocked(rules, may));
}

function whyLocked(rules, may) {
  if (!may.vote) return say("You're here to watch: guests of this party neither vote nor add songs.");
  if (rules.adding_locked) return say("Adding songs is locked right now. You can still vote.");
  return say("Guests of this party can vote, but not add songs.");
}

function tick() {
  if (page.state) progress(page.state, Date.now() + page.aheadMs);
}

function away({ away: isAway, offline, bye, waiting }) {
  const unsent = waiting ? count("One change is waiting to be sent.", "{number} changes are waiting to be sent.", waiting) : "";
  const gone = isAway || offline;
  const why = bye?.say ?? (offline ? say("You're offline.") : say("Can't reach the room right now."));
  const again = bye && !bye.retry ? "" : say("Trying again.");
  put("away", gone ? [why, offline ? "" : again, again && unsent].filter(Boolean).join(" ") : "");
  hide("away", !gone);
  if (bye && !bye.retry) document.documentElement.classList.remove("coming");
}

// Something has been asked and is not answered yet.
function slow(isSlow) {
  hide("slow", !isSlow);
}

function entered(answer) {
  me.entered(answer);
  if (!answer.ok) toast(answer);
  sound.look();
  speaker.entered();
}

function told(words) {
  toast({ ok: true, say: words });
}

function toast({ ok, say: words }) {
  clearTimeout(toastTimer);
  put("toast", words ?? "");
  byId("toast").classList.toggle("bad", !ok);
  toastTimer = setTimeout(() => put("toast", ""), TOAST_MS);
}

// Changes the party, asking for a name first where one is needed; null when somebody would rather watch.
async function change(what, fields, onGoing) {
  if (!me.name && !(await me.choose())) return null;
  const answer = await page.ask(what, fields, onGoing);
  if (answer.kind !== "NameNeeded") return answer;
  return (await me.choose(answer.say)) ? page.ask(what, fields, onGoing) : null;
}

const typeAhead = new TypeAhead({
  input: byId("song"),
  list: byId("songs"),
  found: byId("found"),
  search: async (text) => (await page.ask("search", { text })).tracks ?? null,
  choose: (song) => adding.add(`track:${song.track_id}`),
});

byId("add").addEventListener("submit", (event) => {
  event.preventDefault();
  typeAhead.close();
  adding.add();
});

document.body.addEventListener("click", ({ target }) => {
  const opens = target.closest("[data-panel]");
  if (opens) return busy(opens, () => page.open(opens.dataset.panel, opens.dataset.about ? Number(opens.dataset.about) : null));
  const button = target.closest("main button[data-do]");
  if (!button) return null;
  if (button.dataset.to) return late(button, () => page.tell(button.dataset.do, { to: button.dataset.to }));
  const fields = { entry: Number(button.dataset.entry) };
  if (button.dataset.value) {
    fields.value = button.getAttribute("aria-pressed") === "true" ? 0 : Number(button.dataset.value);
  }
  return late(button, () => page.tell(button.dataset.do, fields));
});

// Shows on a button that something goes on, if it takes longer than a blink.
async function late(button, work) {
  const timer = setTimeout(() => mark(button, "aria-busy", "true"), BLINK_MS);
  await work();
  clearTimeout(timer);
  button.removeAttribute("aria-busy");
}

byId("undo").addEventListener("click", () => page.tell("undo"));
byId("history-box").addEventListener("toggle", () => drawHistory());

// Without words it is the queue alone that says what could be next.
byId("wish").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("words").value.trim();
  const mood = byId("wish").elements.mood.value;
  await busy(byId("next"), () => (text ? page.tell("vibe", { text, mood }) : page.tell("next", { mood })));
});

for (const group of document.querySelectorAll("[role=toolbar]")) toolbar(group);
if (location.search) globalThis.history.replaceState(null, "", location.pathname); // a language is chosen once
if (location.pathname === "/new") page.open("fresh");
setInterval(tick, TICK_MS);
