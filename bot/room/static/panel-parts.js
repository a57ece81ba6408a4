// What the panel is made of: elements, switches, selects, bars, questions. Texts are only ever set as text.

import { busy } from "./sound.js";
import { say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  back: "M15 5l-7 7 7 7",
  block: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M5.7 5.7l12.6 12.6",
  chart: "M5 20V11M12 20V4M19 20v-6",
  clear: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  device: "M7 3h10v18H7zM11 18h2",
  down: "M12 5v14M6 13l6 6 6-6",
  file: "M12 4v11M7 11l5 5 5-5M4 20h16",
  fresh: "M12 5v14M5 12h14",
  help: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.6v.2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  invite: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  map: "M6.5 8a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3M17 9.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4M10 16a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M18 19.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3M5 20a1 1 0 1 0 0-2 1 1 0 0 0 0 2",
  next: "M9 5l7 7-7 7",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20a6 6 0 0 1 12 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5a6 6 0 0 1 3 5.5",
  privacy: "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z",
  remove: "M5 12h14",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5v5M8 14.5v5",
  share: "M12 15V4M8 7l4-4 4 4M6 11H5v9h14v-9h-1",
  stop: "M7 7h10v10H7z",
  tv: "M3 6h18v12H3zM8 21h8",
  up: "M12 19V5M6 11l6-6 6 6",
};

// An element with attributes; `on` are its listeners, what is null or false is left out.
export function make(tag, { on = {}, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, listener] of Object.entries(on)) made.addEventListener(name, listener);
  made.append(...children.flat().filter((child) => child || child === 0));
  return made;
}

export function icon(name) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  drawn.append(path);
  return drawn;
}

// A QR code as a picture; the address stands beside it as text.
export function qrPicture({ size, path }) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", `0 0 ${size} ${size}`);
  drawn.setAttribute("class", "qr");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", say("QR code of the link"));
  const dark = document.createElementNS(SVG, "path");
  dark.setAttribute("d", path);
  drawn.append(dark);
  return drawn;
}

// A button that works once however often it is pressed meanwhile.
export function button(words, work, { kind = "ghost", sign = "", ...attributes } = {}) {
  const made = make("button", { type: "button", class: kind, ...attributes }, sign && icon(sign), make("span", {}, words));
  made.addEventListener("click", () => made.hasAttribute("aria-busy") || busy(made, work));
  return made;
}

// A row that leads on.
export function leads(words, hint, sign, work, attributes = {}) {
  const inside = make("span", { class: "row-words" }, make("b", {}, words), hint && make("span", { class: "hint" }, hint));
  return make("button", { type: "button", class: "row", on: { click: work }, ...attributes }, icon(sign), inside, icon("next"));
}

// A switch that saves at once: save(on) -> whether it was saved.
export function toggle(words, isOn, save, attributes = {}) {
  const made = make(
    "button",
    { type: "button", class: "row switch", role: "switch", "aria-checked": String(isOn), ...attributes },
    make("span", { class: "row-words" }, words),
    make("i", { "aria-hidden": "true" }),
  );
  made.addEventListener("click", async () => {
    if (made.hasAttribute("aria-busy")) return;
    const before = made.getAttribute("aria-checked");
    made.setAttribute("aria-checked", String(before !== "true"));
    if (!(await busy(made, () => save(before !== "true")))) made.setAttribute("aria-checked", before);
  });
  return made;
}

// A choice that saves at once: save(value) -> whether it was saved.
export function choose(id, words, options, chosen, save) {
  const select = make("select", { id }, options.map(({ value, label }) => new Option(label, value, false, value === chosen)));
  let before = chosen;
  select.addEventListener("change", async () => {
    const wished = select.value;
    if (await save(wished)) before = wished;
    else select.value = before;
  });
  return make("div", { class: "row" }, make("label", { for: id, class: "row-words" }, words), select);
}

// What adds to something and what takes away from it, as bars from a middle line.
export function bars(shares, longest) {
  return make(
    "ul",
    { class: "bars" },
    shares.map(({ name, value, words }) => {
      const bar = make("i", { class: value < 0 ? "minus" : "", "aria-hidden": "true" });
      bar.style.setProperty("--share", Math.min(1, Math.abs(value) / longest));
      return make("li", {}, make("span", { class: "name" }, name), make("span", { class: "value" }, words), make("span", { class: "bar-line" }, bar));
    }),
  );
}

// A button that asks once more in its place before it does something; "settled" says that it asks no more.
export function twice(words, question, yes, work, attributes = {}) {
  const holder = make("div", { class: "twice" });
  const first = make("button", { type: "button", class: "ghost bad", ...attributes }, make("span", {}, words));
  const settle = () => {
    holder.replaceChildren(first);
    first.focus();
    holder.dispatchEvent(new Event("settled", { bubbles: true }));
  };
  first.addEventListener("click", () => {
    const sure = button(yes, async () => (await work(), holder.isConnected && settle()), { kind: "primary" });
    const never = make("button", { type: "button", class: "ghost", on: { click: settle } }, say("Never mind"));
    const asked = make("p", { tabindex: "-1" }, question);
    holder.replaceChildren(make("div", { class: "asked", role: "group", "aria-label": question }, asked, sure, never));
    never.focus();
  });
  holder.append(first);
  return holder;
}

export function heading(words) {
  return make("h3", {}, words);
}

export function hint(words) {
  return make("p", { class: "hint" }, words);
}

// Gives the browser a file to keep.
export function keepFile({ name, type, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// Asks the room for a file and gives it to the browser; the sheet says what became of it.
export async function keepAnswer(sheet, what, fields) {
  sheet.tell({ ok: true, say: say("One moment …") });
  const answer = await sheet.page.change(what, fields);
  if (!answer) return sheet.tell({ ok: true, say: "" });
  if (answer.ok) keepFile(answer.file);
  return sheet.tell(answer.ok ? { ok: true, say: say("Saved as {name}.", { name: answer.file.name }) } : answer);
}
