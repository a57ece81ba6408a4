// What every part of the page builds on. room.js fills it before any part is loaded later.

const listeners = new Set();

export const page = {
  state: null, // what everybody is shown; whole, with the latest changes in it
  own: { me: null, name: null, as: "guest", may: {}, votes: {}, skip: false }, // what is this guest's alone
  line: null,

  // Asks the room; the answer comes as {ok, say, ...}.
  ask: null, // (what, fields, onGoing)
  // The same for what needs a name: asks for one first; null when somebody would rather watch.
  change: null, // (what, fields, onGoing)
  // Shows an answer for a few seconds.
  toast: null, // ({ ok, say })

  // Changes the party and shows what became of it.
  async tell(what, fields = {}) {
    const answer = await page.change(what, fields);
    if (answer) page.toast(answer);
    return answer;
  },

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
};
