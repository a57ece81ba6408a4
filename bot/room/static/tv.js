// TV mode: a screen on the wall that shows the party, for days, and is touched by nobody.

import { Line } from "./live.js";
import { Code } from "./tvcode.js";
import { Keeper } from "./tvkeeper.js";
import { progressTv, showTv } from "./tvview.js";
import { Sky } from "./tvsky.js";
import { byId } from "./view.js";
import { say } from "./words.js";

const TICK_MS = 500;

let latest = null;
let serverAheadMs = 0;

const sky = new Sky(byId("tv-sky"));
const code = new Code({ code: byId("tv-code"), address: byId("tv-address"), join: byId("tv-join") });
const keeper = new Keeper({ isQuiet: () => !latest?.playing || latest.paused });
const line = new Line({ onState: arrived, onAway: away, onHello: () => {}, onTold: () => {}, hello: () => null });

function arrived(state) {
  serverAheadMs = state.now_ms - Date.now();
  showTv(state);
  sky.show(state);
  latest = state;
  code.show(state.guest_url ?? null, (url) => line.ask("code", { url }));
  keeper.heard(state.run);
  tick();
}

function tick() {
  if (latest) progressTv(latest, Date.now() + serverAheadMs);
}

function away(isAway) {
  byId("tv-away").textContent = isAway ? say("Can't reach the party right now. Trying again.") : "";
  byId("tv-away").hidden = !isAway;
  document.body.classList.toggle("away-now", isAway);
}

setInterval(tick, TICK_MS);
