// What plays, for the system's own controls and the lock screen, where the browser shows it there.

const session = navigator.mediaSession;
const STEP_S = 10;
let inSession = null;

// speaker: this page's, which the controls are about where it sounds; tell(what, fields): asks the party, if it may
export function media(state, own, speaker, tell = null) {
  if (!session) return;
  const { playing, paused } = state;
  const isHere = Boolean(playing) && speaker.isOn;
  const asks = (may, what, fields) => Boolean(playing && tell && may) && (() => tell(what, fields));
  session.playbackState = !playing ? "none" : paused ? "paused" : "playing";
  handle("play", isHere ? () => speaker.pause(false) : asks(own.may.pause, "play"));
  handle("pause", isHere ? () => speaker.pause(true) : asks(own.may.pause, "pause"));
  handle("nexttrack", asks(own.may.skip, "skip", { entry: playing?.id }));
  handle("seekto", isHere && (({ seekTime }) => speaker.seek(seekTime)));
  handle("seekbackward", isHere && (({ seekOffset }) => speaker.move(-(seekOffset || STEP_S))));
  handle("seekforward", isHere && (({ seekOffset }) => speaker.move(seekOffset || STEP_S)));
  if (inSession === (playing?.id ?? null)) return;
  inSession = playing?.id ?? null;
  session.metadata = playing && new MediaMetadata({ title: playing.title, artist: playing.artist, album: state.title || "Encore", artwork: pictures(state.cover) });
}

// How far what sounds here is, which the system goes on counting by itself.
export function position(at, isPaused) {
  if (!at || !Number.isFinite(at.lengthS) || !session?.setPositionState) return;
  session.setPositionState({ duration: at.lengthS, position: Math.min(at.positionS, at.lengthS), playbackRate: isPaused ? 0.001 : 1 });
}

function handle(action, does) {
  try {
    session.setActionHandler(action, does || null);
  } catch {
    // this browser does not know the action
  }
}

function pictures(cover) {
  if (cover) return [{ src: new URL(cover, location.href).href }];
  const icon = document.querySelector("link[rel=apple-touch-icon]");
  return icon ? [{ src: icon.href, sizes: "180x180", type: "image/png" }] : [];
}
