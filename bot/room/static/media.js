// What plays, for the system's own controls and the lock screen, where the browser shows it there.

import { page } from "./page.js";

const session = navigator.mediaSession;
let inSession = null;

export function media(state, own) {
  if (!session) return;
  const { playing, paused } = state;
  session.playbackState = !playing ? "none" : paused ? "paused" : "playing";
  handle("play", playing && own.may.pause && (() => page.tell("play")));
  handle("pause", playing && own.may.pause && (() => page.tell("pause")));
  handle("nexttrack", playing && own.may.skip && (() => page.tell("skip", { entry: playing.id })));
  if (inSession === (playing?.id ?? null)) return;
  inSession = playing?.id ?? null;
  session.metadata = playing && new MediaMetadata({ title: playing.title, artist: playing.artist, album: state.title || "Encore", artwork: pictures() });
}

// How far it is, which the system goes on counting by itself.
export function position({ playing, length_ms: length, paused }, elapsedMs) {
  if (!playing || !length || !session?.setPositionState) return;
  session.setPositionState({ duration: length / 1000, position: Math.min(elapsedMs, length) / 1000, playbackRate: paused ? 0.001 : 1 });
}

function handle(action, does) {
  try {
    session.setActionHandler(action, does || null);
  } catch {
    // this browser does not know the action
  }
}

function pictures() {
  const icon = document.querySelector("link[rel=apple-touch-icon]");
  return icon ? [{ src: icon.href, sizes: "180x180", type: "image/png" }] : [];
}
