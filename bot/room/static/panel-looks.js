// What there is to look at and to take home: numbers, the map, files, help.

import { lazy } from "./lazy.js";
import { bars, button, heading, hint, keepAnswer, leads, make } from "./panel-parts.js";
import { apart, songWords } from "./view.js";
import { count, say } from "./words.js";

const HELP_LINE = /^(“[^”]+”|\/\S+) (.*)$/;
const FORMS = ["csv", "m3u", "xspf", "jspf"];

export async function numbersPage(sheet) {
  const answer = await sheet.page.change("stats");
  if (!answer) return null;
  const title = say("Numbers");
  if (!answer.ok) return { title, parts: [hint(answer.say)] };
  const { played, skipped, members, loved } = answer.stats;
  const most = Math.max(1, ...members.map((each) => each.played));
  return {
    title,
    parts: [
      make("dl", { class: "figures" }, figure(say("played"), played), figure(say("skipped"), skipped)),
      members.length > 0 && heading(say("Whose songs got played")),
      members.length > 0 && bars(members.map((each) => ({ name: apart(each.name), value: each.played, words: memberWords(each) })), most),
      streak(members),
      loved.length > 0 && heading(say("Most loved")),
      loved.length > 0 && make("ol", { class: "loved" }, loved.map(lovedSong)),
    ],
  };
}

function figure(words, number) {
  return make("div", {}, make("dt", {}, words), make("dd", {}, String(number)));
}

function memberWords({ added, played, loved }) {
  return [say("{played} of {added} played", { played, added }), loved && count("{number} upvote", "{number} upvotes", loved)].filter(Boolean).join(" · ");
}

function streak(members) {
  const best = members.reduce((one, other) => (other.streak > (one?.streak ?? 1) ? other : one), null);
  if (!best) return null;
  const words = count(
    "Longest streak: {name}, {number} song in a row without a skip.",
    "Longest streak: {name}, {number} songs in a row without a skip.",
    best.streak,
    { name: apart(best.name) },
  );
  return hint(words);
}

function lovedSong(song) {
  const votes = count("{number} upvote", "{number} upvotes", song.ups);
  return make("li", {}, make("b", { class: "title" }, song.title), make("span", { class: "hint" }, [songWords(song), votes].filter(Boolean).join(" · ")));
}

export function filesPage(sheet) {
  const hints = {
    csv: say("For spreadsheets: everything about each song"),
    m3u: say("For music players"),
    xspf: say("For music players, with albums and lengths"),
    jspf: say("For programs, as JSON"),
  };
  const rows = FORMS.map((form) =>
    leads(form.toUpperCase(), hints[form], "file", () => keepAnswer(sheet, "export", { form }), { "data-do": "export", "data-form": form }),
  );
  return {
    title: say("Take it home"),
    parts: [hint(say("What was played, what plays and what's waiting, in the order of the party.")), make("div", { class: "rows" }, rows)],
  };
}

export function mapPage(sheet) {
  const open = async () => {
    try {
      const { openMap } = await lazy("map.js");
      sheet.dialog.close();
      openMap();
    } catch (error) {
      sheet.tell({ ok: false, say: error.message });
    }
  };
  return {
    title: say("Map of the songs"),
    parts: [
      hint(say("The closer two songs are, the more similar they are.")),
      make(
        "div",
        { class: "acts" },
        button(say("Open the map"), open, { kind: "primary", sign: "map", "data-key": "map" }),
        button(say("Keep it as a picture"), () => keepAnswer(sheet, "map", {}), { sign: "file", "data-do": "map" }),
      ),
    ],
  };
}

export async function helpPage(sheet) {
  const answer = await sheet.page.change("help");
  if (!answer) return null;
  const sections = (answer.sections ?? [answer.say]).map((section) => section.split("\n"));
  return { title: say("What I can do"), parts: [make("div", { class: "help" }, sections.map(helpSection))] };
}

// What begins with a button's name is a list under its first line.
function helpSection(lines) {
  if (lines.length < 2 || !HELP_LINE.test(lines[1])) return make("div", {}, lines.map((line) => make("p", {}, line)));
  return make("section", {}, heading(lines[0]), make("ul", {}, lines.slice(1).map(helpLine)));
}

function helpLine(line) {
  const [, name, words] = HELP_LINE.exec(line) ?? [null, "", line];
  return make("li", {}, name && make("b", {}, name), name && " ", words);
}
