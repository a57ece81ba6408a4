// How the party sounds: on somebody's Spotify, or by the clock alone. What is private comes to this page only.

import { page } from "./page.js";
import { apart, byId, hide, songWords } from "./view.js";
import { count, say } from "./words.js";

const MOST_MISSING = 10;
const LOST = new Set(["NotConnected", "LinkAgain"]);
const LOOPBACK = new Set(["127.0.0.1", "[::1]"]);

// The address, if it leads to Spotify's pages or to ours for connecting; null for anything else.
export function ours(text) {
  const url = parsed(text);
  if (!url || url.username || url.password || url.search || url.hash) return null;
  if (url.protocol === "https:" && url.host === "open.spotify.com") return url.href;
  const near = url.protocol === "http:" && (url.origin === location.origin || LOOPBACK.has(url.hostname));
  const connects = /^\/spotify\/connect\/[\w-]+$/.test(url.pathname);
  return connects && (near || url.protocol === "https:") ? url.href : null;
}

function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

// Shows on a button that something goes on.
export async function busy(button, work) {
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// The same, once however often the button is pressed meanwhile.
function once(button, work) {
  if (!button.hasAttribute("aria-busy")) busy(button, work);
}

function linkTo(address, words) {
  const link = document.createElement("a");
  Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer", textContent: words });
  return link;
}

function paragraph(...parts) {
  const made = document.createElement("p");
  made.append(...parts);
  return made;
}

function listed(songs) {
  const list = document.createElement("ul");
  const words = songs.slice(0, MOST_MISSING).map((song) => [apart(song.title), songWords(song)].filter(Boolean).join(" – "));
  if (songs.length > MOST_MISSING) words.push(count("and {number} more", "and {number} more", songs.length - MOST_MISSING));
  for (const each of words) {
    const item = document.createElement("li");
    item.textContent = each;
    list.append(item);
  }
  return list;
}

export class Sound {
  // change(what, fields) and ask(what, fields) -> answer, toast(answer), named() -> whether somebody has a name
  constructor({ change, ask, toast, named }) {
    Object.assign(this, { change, ask, toast, named });
    this.state = null;
    this.account = null;
    this.devices = [];
    this.picked = null; // the id of the device that was chosen and has not been played on yet
    this.noDevice = "";
    this.on("pause", () => this.tell(this.state?.paused ? "play" : "pause"));
    this.on("spotify-connect", () => this.connect());
    this.on("spotify-disconnect", () => this.disconnect());
    this.on("device-look", () => this.find());
    this.on("device-play", () => this.playHere());
    this.on("spotify-stop", () => this.tell("stop"));
    const device = byId("device");
    for (const opens of ["focus", "pointerdown"]) device.addEventListener(opens, () => once(device, () => this.find()));
    device.addEventListener("change", () => (this.picked = device.value));
    byId("volume").addEventListener("change", () => this.tell("volume", { percent: Number(byId("volume").value) }));
    byId("save").addEventListener("submit", (event) => {
      event.preventDefault();
      once(byId("save-button"), () => this.save());
    });
    // Whoever comes back from the page that connects has an account then.
    addEventListener("focus", () => this.look());
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  on(id, work) {
    byId(id).addEventListener("click", () => once(byId(id), work));
  }

  async tell(what, fields = {}) {
    const answer = await this.change(what, fields);
    if (answer) this.toast(answer);
    return answer;
  }

  show(state) {
    const before = this.state;
    const wasMine = this.isMine;
    this.state = state;
    this.isMine = page.hosts();
    this.draw();
    if (!before && state.spotify) this.look();
    else if (before && this.isMine !== wasMine) this.find();
  }

  // Asks whether there is an account; only members have one.
  async look() {
    if (!this.state?.spotify || !this.named()) return;
    const answer = await this.ask("account");
    if (!answer.ok) return;
    const isNew = answer.account !== null && this.account === null;
    const focusWasHere = byId("sound-out").contains(document.activeElement);
    this.account = answer.account;
    if (isNew) this.say();
    this.draw();
    if (isNew && focusWasHere) byId("sound-title").focus({ preventScroll: true });
    if (isNew || this.noDevice) await this.find();
  }

  async find() {
    if (!this.account) return;
    const answer = await this.ask("devices");
    if (LOST.has(answer.kind)) this.account = null;
    if (answer.ok) this.devices = answer.devices;
    this.noDevice = answer.ok && answer.devices.length ? "" : answer.say;
    this.draw();
    this.drawDevices();
  }

  async connect() {
    const answer = await this.change("connect", {});
    if (!answer) return;
    if (!answer.ok) return this.toast(answer);
    const address = ours(answer.url);
    if (!address) return this.say(paragraph(say("That isn't one of our links.")));
    window.open(address, "_blank", "noopener,noreferrer");
    this.say(paragraph(`${answer.say} `), paragraph(say("If no new tab opened:"), " ", linkTo(address, say("Open the link"))));
  }

  async disconnect() {
    const answer = await this.tell("disconnect");
    if (!answer?.ok) return;
    this.account = null;
    this.devices = [];
    this.say();
    this.draw();
    byId("spotify-connect").focus();
  }

  async playHere() {
    const device = this.devices.find(({ id }) => id === byId("device").value);
    const answer = await (device && !device.party ? this.tell("device", { device: device.id }) : this.tell("play"));
    this.picked = null;
    if (answer) await this.find();
  }

  async save() {
    this.say(paragraph(say("Looking for the songs on Spotify …")));
    const answer = await this.change("save", { name: byId("save-name").value });
    this.say();
    if (!answer?.ok) return answer && this.toast(answer); // which goes by itself: what refuses now may not soon
    const address = ours(answer.url);
    if (!address) return this.say(paragraph(say("That isn't one of our links.")));
    const words = paragraph(answer.say.replace(answer.url, "").trim(), " ", linkTo(address, say("Open it in Spotify")));
    this.say(words, ...(answer.missing.length ? [paragraph(say("I can't find these on Spotify:")), listed(answer.missing)] : []));
  }

  say(...parts) {
    byId("sound-said").replaceChildren(...parts);
  }

  draw() {
    const { spotify, playback } = this.state;
    hide("sound", !spotify);
    hide("sound-out", this.account !== null);
    hide("sound-in", this.account === null);
    hide("spotify-disconnect", this.account === null);
    if (this.account === null) return;
    const theirs = playback !== null && !page.hosts() && playback.device !== ""; // else anybody takes over
    byId("spotify-name").textContent = this.account.name;
    byId("spotify-devices").hidden = theirs;
    byId("spotify-steer").hidden = !page.hosts();
    byId("spotify-hint").textContent = theirs ? say("{name} is hosting this party.", { name: apart(playback.host) }) : this.noDevice;
  }

  drawDevices() {
    const { devices, picked } = this;
    const chosen =
      devices.find(({ id }) => id === picked) ?? devices.find(({ party }) => party) ?? devices.find(({ active }) => active);
    const device = byId("device");
    const shown = [...device.options].map(({ value, text }) => [value, text]);
    // A list that is open is left alone unless it is out of date.
    if (JSON.stringify(shown) !== JSON.stringify(devices.map(({ id, name }) => [id, name]))) {
      device.replaceChildren(...devices.map(({ id, name }) => new Option(name, id)));
    }
    if (chosen) device.value = chosen.id;
    device.disabled = devices.length === 0;
    const loud = this.devices.find(({ party }) => party)?.volume ?? null;
    byId("volume").disabled = loud === null;
    if (loud !== null) byId("volume").value = loud;
  }
}
