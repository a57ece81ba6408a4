// The map's window: the stage, what the signs mean, the songs as a list, and which fit most and least.

import { apart, byId } from "./view.js";
import { count, say } from "./words.js";

const KINDS = ["playing", "queued", "suggested", "played", "near"];
const FAINT = "#8d7260"; // what only lies around
const STEP = 0.35;
const ZOOM = 1.3;

function element(name, properties = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== "role") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...inside);
  return made;
}

function heading(kind) {
  return {
    playing: say("Now playing"),
    queued: say("Up next"),
    suggested: say("Could be next"),
    played: say("Played earlier"),
    near: say("More like this"),
  }[kind];
}

// What a song is here, in words, with whose it is.
export function kindWords({ kind, by, least }) {
  const words = [heading(kind)];
  if (by) words.push(say("added by {name}", { name: apart(by) }));
  if (least) words.push(say("fits least"));
  return words.join(" · ");
}

export class MapDialog {
  // choose(id), turning(whether it turns by itself), turn(right, up), nearer(times), reset(), closed()
  constructor(does) {
    this.does = does;
    this.stage = element("div", {
      id: "map-stage", className: "map-stage", tabIndex: 0, role: "application",
      "aria-label": say("Map of the songs"), "aria-describedby": "map-keys",
    });
    this.labels = element("div", { className: "map-labels", ariaHidden: "true" });
    this.stage.append(element("canvas", { ariaHidden: "true" }), this.labels);
    this.list = element("div", { id: "map-list", className: "map-list", tabIndex: 0, role: "listbox", "aria-label": say("Songs on the map") });
    this.list.addEventListener("click", ({ target }) => this.pick(target.closest("[role=option]")));
    this.list.addEventListener("keydown", (event) => this.typed(event));
    this.list.addEventListener("focus", () => this.current() ?? this.pick(this.options()[0]));
    this.window = element("dialog", { id: "map-dialog", className: "map", "aria-labelledby": "map-title", onclose: () => does.closed() }, ...this.parts());
    document.body.append(this.window);
  }

  parts() {
    this.said = element("p", { id: "map-said", className: "hint", role: "status" });
    this.chosen = element("p", { id: "map-chosen", className: "map-chosen" });
    this.turning = element("button", { type: "button", className: "ghost small", onclick: () => this.does.turning(this.turning.ariaPressed !== "true") }, say("Turn by itself"));
    this.legend = element("ul", { className: "map-legend" });
    this.most = element("ol", { className: "map-fits" });
    this.least = element("ol", { className: "map-fits" });
    this.fits = element("div", { className: "map-columns" },
      element("section", {}, element("h3", {}, say("Fits best")), this.most),
      element("section", {}, element("h3", {}, say("Fits least")), this.least));
    return [
      element("div", { className: "heading" },
        element("h2", { id: "map-title" }, say("How similar your songs are")),
        element("button", { type: "button", className: "ghost small", onclick: () => this.window.close() }, say("Close"))),
      this.said,
      element("div", { className: "map-both" },
        element("div", { className: "map-left" },
          this.stage,
          this.chosen,
          element("p", { id: "map-keys", className: "unseen" }, say("Arrow keys turn the map, plus and minus zoom, 0 puts it back. The list has the same songs.")),
          this.buttons(),
          this.legend),
        element("div", { className: "map-right" }, this.list)),
      this.fits,
    ];
  }

  buttons() {
    const { turn, nearer, reset } = this.does;
    const button = (sign, label, onclick) => element("button", { type: "button", className: "ghost small", "aria-label": label, title: label, onclick }, sign);
    return element("div", { className: "map-buttons", role: "group", "aria-label": say("Turn and zoom") },
      button("←", say("Turn left"), () => turn(-STEP, 0)),
      button("→", say("Turn right"), () => turn(STEP, 0)),
      button("↑", say("Turn up"), () => turn(0, -STEP)),
      button("↓", say("Turn down"), () => turn(0, STEP)),
      button("+", say("Zoom in"), () => nearer(ZOOM)),
      button("−", say("Zoom out"), () => nearer(1 / ZOOM)),
      element("button", { type: "button", className: "ghost small", onclick: reset }, say("Put it back")),
      this.turning);
  }

  open() {
    this.say(say("Finding out where your songs are …"));
    this.fits.hidden = true;
    if (!this.window.open) this.window.showModal();
    this.stage.focus({ preventScroll: true });
  }

  get isOpen() {
    return this.window.open;
  }

  say(words) {
    this.said.textContent = words;
    this.said.hidden = !words;
  }

  fail(words) {
    this.say(words);
  }

  // A canvas that nobody has drawn on: one that had WebGL cannot be drawn on otherwise.
  freshCanvas() {
    const fresh = element("canvas", { ariaHidden: "true" });
    this.stage.querySelector("canvas").replaceWith(fresh);
    return fresh;
  }

  show({ spots, most, least, unknown, people }) {
    const by = new Map(spots.map((spot) => [spot.id, spot]));
    this.say(unknown ? count("I don't know {number} of your songs, so it isn't on the map.", "I don't know {number} of your songs, so they aren't on the map.", unknown) : "");
    const groups = KINDS.map((kind) => [kind, spots.filter((spot) => spot.kind === kind)]);
    this.list.replaceChildren(...groups.filter(([, found]) => found.length).map(([kind, found]) => this.group(kind, found)));
    this.legend.replaceChildren(...this.signs(spots, people));
    this.most.replaceChildren(...most.map((id) => line(by.get(id))));
    this.least.replaceChildren(...least.map((id) => line(by.get(id))));
    this.fits.hidden = !most.length;
  }

  group(kind, spots) {
    const id = `map-group-${kind}`;
    return element("div", { role: "group", "aria-labelledby": id },
      element("p", { id, className: "map-kind", role: "presentation" }, heading(kind)),
      ...spots.map((spot) => option(spot)));
  }

  signs(spots, people) {
    const kinds = new Set(spots.map(({ kind }) => kind));
    const sign = (name, words, colour) => {
      const mark = element("i", { className: `map-sign ${name}`, ariaHidden: "true" });
      if (colour) mark.style.setProperty("--own", colour);
      return element("li", {}, mark, words);
    };
    return [
      ...people.map(({ name, colour }) => sign("dot", apart(name ?? say("others")), colour)),
      ...(kinds.has("playing") ? [sign("rings", say("playing now"))] : []),
      ...(kinds.has("suggested") ? [sign("ring", say("suggested"))] : []),
      ...(spots.some(({ least }) => least) ? [sign("cross", say("fits least"))] : []),
      ...(kinds.has("near") ? [sign("speck", say("more like this"))] : []),
    ];
  }

  options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  current() {
    return this.list.querySelector("[aria-selected=true]");
  }

  pick(option) {
    if (option) this.does.choose(option.dataset.spot);
  }

  typed(event) {
    const options = this.options();
    const at = options.indexOf(this.current());
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: options.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.pick(options[Math.min(options.length - 1, Math.max(0, to))]);
  }

  // Marks a song in the list and says what it is; null marks none.
  choose(spot, words) {
    this.current()?.setAttribute("aria-selected", "false");
    const option = spot && byId(`map-${spot.id}`);
    if (option) {
      option.setAttribute("aria-selected", "true");
      this.list.setAttribute("aria-activedescendant", option.id);
      this.reveal(option);
    } else this.list.removeAttribute("aria-activedescendant");
    this.chosen.replaceChildren(...(spot ? [element("strong", {}, apart(spot.title)), ` ${apart(spot.artist)}`, element("span", {}, words)] : []));
  }

  // Moves the list alone; scrollIntoView would move the window too.
  reveal(option) {
    const [inside, outside] = [option.getBoundingClientRect(), this.list.getBoundingClientRect()];
    if (inside.top < outside.top) this.list.scrollTop -= outside.top - inside.top;
    else if (inside.bottom > outside.bottom) this.list.scrollTop += inside.bottom - outside.bottom;
  }

  showTurning(is) {
    this.turning.ariaPressed = String(is);
  }

  // Which colours are drawn with; in forced colours those that the system has for text and for what is chosen.
  inks(forced) {
    const style = getComputedStyle(this.stage);
    const [plain, chosen] = [style.color, getComputedStyle(this.chosen).borderLeftColor].map(solid);
    return { plain, chosen, of: (spot) => (forced ? plain : (spot.colour ?? (spot.kind === "near" ? FAINT : plain))) };
  }
}

// A colour without what shines through it, which WebGL does not know.
function solid(colour) {
  return colour.replace(/^rgba\((.*),[^,]*\)$/, "rgb($1)");
}

function option(spot) {
  const mark = element("i", { className: `map-sign ${spot.least ? "cross" : spot.kind}`, ariaHidden: "true" });
  if (spot.colour) mark.style.setProperty("--own", spot.colour);
  return element("div", { id: `map-${spot.id}`, role: "option", "aria-selected": "false", "data-spot": spot.id },
    mark,
    element("span", { className: "title" }, spot.title),
    element("span", { className: "artist" }, [apart(spot.artist), spot.by && apart(spot.by), spot.least && say("fits least")].filter(Boolean).join(" · ")));
}

function line({ title, artist, by }) {
  return element("li", {},
    element("span", { className: "title" }, title),
    element("span", { className: "artist" }, [artist, by].filter(Boolean).map(apart).join(" · ")));
}
