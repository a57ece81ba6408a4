// The panel's first page: all there is, and for hosts what they switch most.

import { hint, leads, make, toggle, twice } from "./panel-parts.js";
import { say } from "./words.js";

export function menuPage(sheet) {
  const { may, as } = sheet.page.own;
  const go = (name) => () => sheet.go(name);
  const rows = [
    leads(say("Invite people"), say("Link and QR code"), "invite", go("links"), { "data-do": "links" }),
    leads(say("Who's here"), "", "people", go("people"), { "data-do": "people" }),
    may.manage && leads(say("Settings"), say("How this party works"), "settings", go("settings"), { "data-do": "settings" }),
    leads(say("Numbers"), say("Who added what, and what was loved"), "chart", go("numbers"), { "data-do": "stats" }),
    leads(say("Map of the songs"), say("How similar they are"), "map", go("map"), { "data-do": "map" }),
    leads(say("Take it home"), say("As a file for spreadsheets or players"), "file", go("files"), { "data-do": "export" }),
    as === "member" && leads(say("On another device"), say("A link that is yours alone"), "device", go("device"), { "data-do": "link" }),
    leads(say("A party of your own"), say("With its own link"), "fresh", go("fresh"), { "data-do": "new" }),
    leads(say("What I know"), say("Privacy, and erasing your data"), "privacy", go("privacy"), { "data-do": "delete-my-data" }),
    leads(say("Help"), say("What I can do"), "help", go("help"), { "data-do": "help" }),
  ];
  const parts = [...(sheet.ended ? ended(sheet.ended) : []), may.moderate && hostCard(sheet), make("div", { class: "rows" }, rows.filter(Boolean))];
  return { title: say("This party"), parts, update: () => sheet.shown.seen !== menuSeen(sheet) && sheet.again(), seen: menuSeen(sheet) };
}

// What this page depends on.
function menuSeen(sheet) {
  const { may, as } = sheet.page.own;
  const { rules, queue } = sheet.page.state;
  return JSON.stringify([may, as, rules, queue.length > 0]);
}

function hostCard(sheet) {
  const { rules, queue } = sheet.page.state;
  const { may } = sheet.page.own;
  const rule = (name) => (on) => sheet.change("choose", { rule: name, value: on ? "on" : "off" });
  const switches = [
    toggle(say("Lock the queue to new songs"), rules.adding_locked, rule("adding_locked"), { "data-key": "adding_locked" }),
    toggle(say("Lock the page to new guests"), rules.joining_locked, rule("joining_locked"), { "data-key": "joining_locked" }),
    toggle(
      say("Autopilot: keep the music going"),
      rules.autopilot,
      (on) => sheet.change("autopilot", { choice: on ? "on" : "off" }),
      { "data-key": "autopilot", "data-do": "autopilot" },
    ),
  ];
  const clear = twice(
    say("Remove all waiting songs"),
    say("Remove every song that's waiting?"),
    say("Remove them"),
    () => sheet.change("clear"),
    { "data-do": "clear", "data-key": "clear" },
  );
  const end = twice(
    say("End the party"),
    say("End the party? The music stops. After three songs or more, the night gets a page to keep."),
    say("End it"),
    () => endParty(sheet),
    { "data-do": "end", "data-key": "end" },
  );
  const whose = may.manage ? switches : [hint(say("You moderate this party: open a song to move, remove or block it."))];
  return make("div", { class: "card-of-rows" }, whose, make("div", { class: "acts" }, queue.length > 0 && clear, end));
}

// Where the night has a page by then, it leads there.
async function endParty(sheet) {
  const answer = await sheet.page.change("end");
  if (!answer?.url) return void sheet.tell(answer);
  sheet.ended = answer;
  await sheet.show(false);
  sheet.body.querySelector("[data-key=night]")?.focus();
}

function ended({ say: words, url }) {
  const link = { class: "ghost", href: url, "data-key": "night", "aria-describedby": "ended" };
  return [make("p", { id: "ended" }, words), make("a", link, say("See the night"))];
}
