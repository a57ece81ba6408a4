// What every part of the page builds on. room.js fills it before any part is loaded later.

import { lazy } from "./lazy.js";

const listeners = new Set();

export const page = {
  state: null, // what everybody is shown, as of the latest change; never altered in place
  own: { me: null, name: null, as: "guest", may: {}, votes: {}, skip: false }, // what is this guest's alone
  line: null,
  aheadMs: 0, // by how much the room's clock is ahead of ours

  // Asks the room; the answer comes as {ok, say, ...}.
  ask: null, // (what, fields, onGoing)
  // The same for what needs a name: asks for one first; null when somebody would rather watch.
  change: null, // (what, fields, onGoing)
  // Who I am goes, as everything was erased that the room knew: whoever takes a name next is somebody else.
  forgetMe: null, // ()
  // Shows an answer for a few seconds.
  toast: null, // ({ ok, say })

  // Changes the party and shows what became of it.
  async tell(what, fields = {}) {
    const answer = await page.change(what, fields);
    if (answer) page.toast(answer);
    return answer;
  },

  // Whether a song is this guest's own, and how they voted on it.
  isMine: (entry) => Boolean(entry?.by_id) && entry.by_id === page.own.me,
  voteOn: (entry) => page.own.votes[entry.id] ?? 0,
  // Whether the party plays on this guest's account.
  hosts: () => Boolean(page.state?.playback) && page.state.playback.host_id === page.own.me,

  // Calls seen(state, own) after each change, and at once if there is a state; the result ends that.
  subscribe(seen) {
    listeners.add(seen);
    if (page.state) seen(page.state, page.own);
    return () => listeners.delete(seen);
  },

  // For room.js alone: tells everybody of a change.
  changed() {
    for (const seen of listeners) seen(page.state, page.own);
  },

  // Opens the panel at one of its pages, about a song where it is about one.
  async open(name = "menu", about = null) {
    try {
      await (await lazy("panel.js")).openPanel(page, name, about);
    } catch (error) {
      page.toast({ ok: false, say: error.message });
    }
  },
};
