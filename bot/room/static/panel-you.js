// What concerns oneself: privacy and erasure, another device, a party of one's own.

import { linkParts } from "./panel-links.js";
import { button, heading, hint, keepAnswer, make, twice } from "./panel-parts.js";
import { say } from "./words.js";

export async function privacyPage(sheet) {
  const [learning, asked] = await Promise.all([sheet.page.change("learn"), sheet.page.change("delete-my-data")]);
  return {
    title: say("What I know"),
    parts: [
      learning?.ok && hint(learning.say),
      make("p", {}, make("a", { class: "link", href: "/privacy" }, say("What I keep about you"))),
      heading(say("Get my data")),
      hint(say("Everything I know about you, as a file.")),
      button(say("Get my data"), () => keepAnswer(sheet, "my-data", {}), { sign: "file", "data-do": "my-data" }),
      heading(say("Erase my data")),
      ...(asked?.ok ? erasing(sheet, asked.say) : [hint(asked?.say ?? say("I know nothing about you yet."))]),
    ],
  };
}

function erasing(sheet, words) {
  const erase = twice(
    say("Erase my data"),
    say("This can't be undone. Erase everything now?"),
    say("Erase everything"),
    async () => (await sheet.change("delete-my-data", { sure: "yes" })) && sheet.page.forgetMe(),
    { "data-do": "delete-my-data" },
  );
  return [hint(words), erase];
}

export async function devicePage(sheet) {
  const answer = await sheet.page.change("link");
  if (!answer) return null;
  const title = say("On another device");
  if (!answer.ok) return { title, parts: [hint(answer.say)] };
  return { title, parts: [hint(wordsOf(answer)), ...linkParts(sheet, answer.link)] };
}

export function freshPage(sheet) {
  const holder = make("div", { class: "links" });
  const begin = button(say("Start a party"), async () => {
    const answer = await sheet.page.change("new");
    if (answer?.ok) holder.replaceChildren(...begun(sheet, answer));
    else sheet.tell(answer);
  }, { kind: "primary", sign: "fresh", "data-do": "new" });
  holder.append(hint(say("A queue of its own, for other people or another place. You're its host.")), begin);
  return { title: say("A party of your own"), parts: [holder] };
}

function begun(sheet, answer) {
  const { link } = answer;
  return [
    hint(wordsOf(answer)),
    make("a", { class: "primary", href: link.path }, say("Go to my party")),
    heading(say("Link for hosts")),
    ...linkParts(sheet, link, say("Link for hosts")),
  ];
}

// What is said besides the links, which the page shows in its own way.
function wordsOf({ say: words }) {
  return words.split("\n").filter((line) => !line.includes("/party/")).slice(0, 2).join(" ");
}
