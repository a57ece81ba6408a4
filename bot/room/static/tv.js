// TV mode: a screen on the wall that shows the party, for days, and is touched by nobody.

import { recall } from "./kept.js";
import { Line } from "./live.js";
import { media } from "./media.js";
import { Speaker } from "./speaker.js";
import { Store } from "./store.js";
import { Code } from "./tvcode.js";
import { Keeper } from "./tvkeeper.js";
import { Sky } from "./tvsky.js";
import { progressTv, showTv } from "./tvview.js";
import { byId } from "./view.js";
import { say } from "./words.js";

const TICK_MS = 500;

const store = new Store();
let aheadMs = 0; // by how much the room's clock is ahead of ours

const sky = new Sky(byId("tv-sky"));
const code = new Code({ code: byId("tv-code"), address: byId("tv-address"), join: byId("tv-join") });
const speaker = new Speaker({ ask: (what, fields) => line.ask(what, fields), who: whose });
const keeper = new Keeper({ isQuiet: () => !speaker.isOn && (!store.state?.playing || store.state.paused), isBusy: () => speaker.isOn });
const line = new Line({ store, who: () => ({ look: true }), onShown: shown, onAway: away, onEntered: () => speaker.entered(), onTold: () => {}, onSound: (what) => speaker.hear(what) });

function shown() {
  const { state } = store;
  aheadMs = state.now_ms - Date.now();
  showTv(state);
  sky.show(state);
  code.show(state.guest_url, (text) => line.ask("code", { text }));
  keeper.heard(state.run);
  speaker.show(state, store.own);
  media(state, store.own, speaker);
  tick();
}

// Whose screen it is: of whoever has a name in this browser.
function whose() {
  const name = recall("encore.name");
  return name ? { name, secret: recall("encore.secret") } : {};
}

function tick() {
  if (store.state) progressTv(store.state, Date.now() + aheadMs);
}

function away({ away: isAway, offline, bye }) {
  const isOver = Boolean(bye && !bye.retry);
  const gone = isAway || offline;
  const why = bye?.say ?? say("Can't reach the party right now.");
  byId("tv-away").textContent = gone ? [why, isOver ? "" : say("Trying again.")].filter(Boolean).join(" ") : "";
  byId("tv-away").hidden = !gone;
  document.body.classList.toggle("away-now", gone);
}

setInterval(tick, TICK_MS);
