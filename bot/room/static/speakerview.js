// The speaker's button, and what stands in its place on the page that sounds.

import { byId, hide, put } from "./view.js";

const LOUDEST = 100; // of the control of the volume

export class SpeakerView {
  // begin(), end(), loudness(from 0 to 1)
  constructor({ begin, end, loudness }) {
    byId("speaker-begin").addEventListener("click", () => pressed(byId("speaker-begin"), begin));
    byId("speaker-end").addEventListener("click", () => pressed(byId("speaker-end"), end));
    byId("speaker-volume").addEventListener("input", ({ target }) => loudness(Number(target.value) / LOUDEST));
    this.isOffered = false;
  }

  // Offers it to whoever may, where there is something to play and nobody else's page plays it.
  show({ own_music: isThere, playback }, { may, as, me }, speaker) {
    const isFree = !playback || playback.host_id === me || may.moderate || as === "host";
    this.isOffered = Boolean(isThere && may.sound && isFree);
    this.draw(speaker);
  }

  draw({ isOn, refused }) {
    hide("speaker-begin", isOn ? !refused : !this.isOffered);
    hide("speaker-on", !isOn);
    hide("speaker", !isOn && !this.isOffered);
    byId("speaker").classList.toggle("wanted", refused);
  }

  loud(value) {
    byId("speaker-volume").value = Math.round(LOUDEST * value);
  }

  say(words) {
    put("speaker-said", words);
  }
}

// Does it once, however often the button is pressed meanwhile.
async function pressed(button, work) {
  if (button.hasAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}
