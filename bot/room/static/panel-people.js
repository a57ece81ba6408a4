// Who is here, and for hosts: whom to appoint, send out, block, and let back in.

import { button, heading, hint, make, twice } from "./panel-parts.js";
import { apart, fillTile } from "./view.js";
import { say } from "./words.js";

const SOON_MS = 400;

export async function peoplePage(sheet) {
  const answer = await sheet.page.ask("people");
  if (!answer.ok) return sheet.tell(answer), null;
  const people = make("ul", { class: "people-list" });
  const blocked = make("div", { class: "blocked" });
  const page = { title: say("Who's here"), parts: [people, blocked], seen: peopleSeen(sheet), update };
  fill(answer);
  return page;

  // Who is asked about stays open, and the focus on whom it was.
  function fill({ people: those, blocked: kept }) {
    const open = new Set([...people.querySelectorAll("details[open]")].map((each) => each.dataset.key));
    const key = sheet.body.contains(document.activeElement) && document.activeElement.closest("[data-key]")?.dataset.key;
    people.replaceChildren(...those.map((each) => person(each, open.has(each.id))));
    blocked.replaceChildren(...(kept?.length ? [heading(say("Blocked")), blockedList(kept)] : []));
    if (!key) return;
    const same = [...sheet.body.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
    (same?.querySelector("summary") ?? same ?? sheet.title).focus({ preventScroll: true });
  }

  function person(one, isOpen) {
    const face = make("span", { class: "face", "aria-hidden": "true" }, [...one.name][0]?.toLocaleUpperCase() ?? "?");
    fillTile(face, { title: one.name.toLocaleLowerCase(), artist: "" });
    const name = one.name ? apart(one.name) : say("Somebody who isn't here now");
    const words = [one.me && say("you"), ROLES[one.role]?.(), !one.here && say("not here now")].filter(Boolean);
    const head = [face, make("span", { class: "row-words" }, make("b", {}, name), words.length > 0 && make("span", { class: "hint" }, words.join(" · ")))];
    if (!one.may.length) return make("li", { class: "person" }, make("div", { class: "row" }, head));
    const acts = make("div", { class: "acts" }, one.may.map((what) => ACTS[what](name, () => act(what, one.id))));
    const summary = make("summary", { class: "row" }, head);
    return make("li", { class: "person" }, make("details", { "data-key": one.id, open: isOpen }, summary, acts));
  }

  function blockedList(kept) {
    return make("ul", { class: "people-list" }, kept.map(({ mark, name }) => {
      const out = button(say("Unblock"), () => act("unblock", mark), {
        "aria-label": named(say("Unblock"), apart(name)), "data-do": "unblock", "data-key": mark,
      });
      return make("li", { class: "row" }, make("span", { class: "row-words" }, apart(name)), out);
    }));
  }

  async function act(what, id) {
    const answered = await sheet.change(what, what === "unblock" ? { mark: id } : { person: id });
    if (answered && people.isConnected) fill(answered);
    return answered;
  }

  function update() {
    if (sheet.shown.seen === peopleSeen(sheet)) return;
    sheet.shown.seen = peopleSeen(sheet);
    clearTimeout(sheet.soon);
    sheet.soon = setTimeout(async () => {
      const latest = people.isConnected ? await sheet.page.ask("people") : { ok: false };
      if (latest.ok && people.isConnected && !sheet.body.querySelector(".asked")) fill(latest);
    }, SOON_MS);
  }
}

const ROLES = {
  host: () => say("host"),
  dj: () => "DJ",
  member: () => say("member"),
  guest: () => say("guest"),
};

const ACTS = {
  appoint: (name, work) => personAct("appoint", say("Make a DJ"), name, work),
  dismiss: (name, work) => personAct("dismiss", say("No longer a DJ"), name, work),
  kick: (name, work) => personAct("kick", say("Send out"), name, work),
  block: (name, work) =>
    twice(
      say("Block"),
      say("Block {name}? They can look, but not take part, and their waiting songs go.", { name }),
      say("Block"),
      work,
      { "data-do": "block", "aria-label": named(say("Block"), name) },
    ),
};

function personAct(what, words, name, work) {
  return button(words, work, { "data-do": what, "aria-label": named(words, name) });
}

// A button says whom it means to whoever does not see where it stands.
function named(words, name) {
  return `${words}: ${name}`;
}

// What this page depends on.
function peopleSeen(sheet) {
  const { people, named } = sheet.page.state;
  return JSON.stringify([people, named, sheet.page.own.may]);
}
