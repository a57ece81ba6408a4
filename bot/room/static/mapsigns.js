// What a song on the map looks like, for whatever draws it: the same signs as on the picture in chat.

export const SIGN = { playing: "rings", queued: "dot", played: "dot", suggested: "ring", near: "speck" };
const USUAL = 0.038; // where the party reaches 1
const SIZES = { near: 0.35, suggested: 0.85, played: 0.85 };
const MOST_VOTES = 9;

// The sign of a song: rings, a dot, a ring, a cross or a speck.
export function sign(spot) {
  return spot.least && spot.kind !== "playing" ? "cross" : SIGN[spot.kind];
}

// How large it is: its area grows with its votes.
export function reach(spot) {
  return USUAL * (SIZES[spot.kind] ?? 1) * Math.sqrt(1 + 0.45 * Math.min(Math.max(spot.votes, 0), MOST_VOTES));
}
