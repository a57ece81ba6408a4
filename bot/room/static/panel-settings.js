// What the room chooses: each choice is saved at once.

import { choose, heading, hint, make, toggle } from "./panel-parts.js";
import { say } from "./words.js";

export async function settingsPage(sheet) {
  const answers = await Promise.all([sheet.page.change("settings"), sheet.page.change("learn")]);
  const [{ settings: choices, say: copied, ok } = {}, learning] = answers.map((answer) => answer ?? {});
  if (!ok) return sheet.tell(answers[0]), null;
  const known = new Set(groups().flatMap(({ rules }) => rules));
  const others = choices.map(({ rule }) => rule).filter((rule) => !known.has(rule));
  const parts = [...groups(), { words: say("More"), rules: others }].map(({ words, rules }) => {
    const rows = rules.map((rule) => choices.find((each) => each.rule === rule)).filter(Boolean);
    return rows.length > 0 && make("section", {}, heading(words), make("div", { class: "rows" }, rows.map((each) => choiceRow(sheet, each))));
  });
  return {
    title: say("Settings"),
    parts: [...parts, learning.ok && learn(sheet, learning), copied && hint(copied)],
    seen: settingsSeen(sheet),
    update: () => {
      if (sheet.shown.seen === settingsSeen(sheet)) return;
      sheet.shown.seen = settingsSeen(sheet);
      refreshChoices(sheet);
    },
  };
}

function groups() {
  return [
    { words: say("Who takes part"), rules: ["visitors", "visitor_songs", "adding_locked", "joining_locked", "guests"] },
    { words: say("Songs"), rules: ["order", "songs_each", "cooldown_min", "longest_min", "one_of_each", "clean"] },
    { words: say("Voting"), rules: ["threshold", "quorum", "at_once", "newcomers"] },
    { words: say("Autopilot"), rules: ["autopilot", "autopilot_below"] },
    { words: say("Sound"), rules: ["own_only", "levelled", "crossfade_s", "alone_min"] },
    { words: say("Replies"), rules: ["quiet", "night", "voice_status", "language"] },
  ];
}

function settingsSeen(sheet) {
  return JSON.stringify(sheet.page.state.rules);
}

function choiceRow(sheet, { rule, topic, options, chosen }) {
  const save = (value) => keepChoice(sheet, rule, value);
  if (options.length) return choose(`rule-${rule}`, topic, options, chosen, save);
  return toggle(topic, chosen === "on", (on) => save(on ? "on" : "off"), { id: `rule-${rule}` });
}

async function keepChoice(sheet, rule, value) {
  const answer = await sheet.change("choose", { rule, value });
  if (answer) showChoices(sheet, answer.settings);
  return answer;
}

// Others may have changed something as well.
async function refreshChoices(sheet) {
  const answer = await sheet.page.ask("settings");
  if (answer.ok) showChoices(sheet, answer.settings);
}

function showChoices(sheet, settings) {
  for (const { rule, options, chosen } of settings) {
    const control = sheet.body.querySelector(`#rule-${rule}`);
    if (!control || control === document.activeElement) continue; // it shows what was just chosen
    if (options.length) control.value = chosen;
    else control.setAttribute("aria-checked", String(chosen === "on"));
  }
}

function learn(sheet, { on, say: words }) {
  const told = hint(words);
  const save = async (isOn) => {
    const answer = await sheet.change("learn", { choice: isOn ? "on" : "off" });
    if (answer) told.textContent = answer.say;
    return answer;
  };
  const control = toggle(say("Learn from this party's songs"), on, save, { id: "panel-learn", "data-do": "learn" });
  return make("section", {}, heading(say("Learning")), make("div", { class: "rows" }, control), told);
}
