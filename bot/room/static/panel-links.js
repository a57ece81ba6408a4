// How others come in: links, their QR codes, and new ones in their place.

import { button, heading, hint, make, qrPicture, twice } from "./panel-parts.js";
import { say } from "./words.js";

export async function linksPage(sheet) {
  const answer = await sheet.page.ask("links");
  if (!answer.ok) return sheet.tell(answer), null;
  const holder = make("div", { class: "links" });
  fill(answer.links);
  return { title: say("Invite people"), parts: [holder] };

  function fill({ guest, host, renews }) {
    holder.replaceChildren(
      ...linkParts(sheet, guest, say("Link for guests")),
      renews.includes("guest") ? renew("guest", say("Everybody who came by the old link, guests and members, needs the new one. Go on?")) : "",
      make("a", { class: "ghost", href: `${guest.path}/tv`, target: "_blank", rel: "noopener" }, say("Open the view for a TV")),
      ...(sheet.page.own.may.sound && sheet.page.state.own_music ? tvThatSounds() : []),
      ...(host ? hostParts(host, renews) : []),
    );
  }

  // Guests' screens are nobody's, and play nothing: this one comes in as whoever opens it.
  function tvThatSounds() {
    const path = location.pathname.replace(/\/$/, "");
    return [
      make("a", { class: "ghost", href: `${path}/tv`, target: "_blank", rel: "noopener" }, say("Open a TV view that can play the music")),
      hint(say("Its address lets people in as hosts: don't show it around.")),
    ];
  }

  function hostParts(host, renews) {
    return [
      make(
        "details",
        { class: "host-link" },
        make("summary", {}, say("Link for hosts")),
        hint(say("Whoever has this link has all your rights here. Only give it to people you trust.")),
        ...linkParts(sheet, host, say("Link for hosts")),
        renews.includes("host") ? renew("host", say("Every host needs the new link then, you as well. Go on?")) : "",
      ),
    ];
  }

  function renew(which, question) {
    return twice(say("Make a new link"), question, say("Make a new one"), async () => {
      const renewed = await sheet.change("links", { renew: which });
      if (renewed) fill(renewed.links);
      return renewed;
    }, { "data-do": "links", "aria-label": which === "host" ? say("Make a new link for hosts") : null });
  }
}

// A link with its code, to be copied and shared.
export function linkParts(sheet, { path, url, qr }, words = say("The link")) {
  const address = url || new URL(path, location.origin).href;
  const field = make("input", {
    type: "text", readonly: true, value: address, "aria-label": words,
    on: { focus: ({ target }) => target.select() },
  });
  const copy = button(say("Copy the link"), () => copied(sheet, field), { kind: "primary", sign: "copy" });
  const share = navigator.share && button(say("Share"), () => shared(address), { sign: "share" });
  return [
    qr ? qrPicture(qr) : hint(say("Only a browser on the machine I run on can open this link. Whoever runs me can change that: see the README.")),
    field,
    make("div", { class: "line" }, copy, share || ""),
  ];
}

async function copied(sheet, field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select(); // on plain http, which is how phones reach a laptop, there is no other way
    document.execCommand("copy");
  }
  sheet.tell({ ok: true, say: say("Copied.") });
}

async function shared(address) {
  try {
    await navigator.share({ title: "Encore", text: say("Join the party: add songs and vote."), url: address });
  } catch {
    return; // whoever closes the browser's own sheet has changed their mind
  }
}
