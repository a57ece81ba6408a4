// One tab stop for a whole group: arrow keys go on from there.

const ITEMS = "button, a[href], input, select, summary";
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

// Gives a toolbar a single tab stop, whatever of it is hidden later.
export function toolbar(group) {
  const items = () => [...group.querySelectorAll(ITEMS)].filter((item) => !item.disabled && item.checkVisibility());
  const settle = () => {
    const shown = items();
    const stop = shown.find((item) => item.tabIndex === 0 && item === group.stop) ?? shown[0];
    for (const item of group.querySelectorAll(ITEMS)) setStop(item, item === stop);
    group.stop = stop;
  };
  group.addEventListener("focusin", ({ target }) => {
    group.stop = target;
    for (const item of items()) setStop(item, item === target);
  });
  group.addEventListener("keydown", (event) => {
    const shown = items();
    const at = shown.indexOf(event.target);
    const to = event.key === "Home" ? 0 : event.key === "End" ? shown.length - 1 : at + (STEPS[event.key] ?? 0);
    if (at < 0 || to === at || keeps(event)) return;
    event.preventDefault();
    shown[(to + shown.length) % shown.length].focus();
  });
  new MutationObserver(settle).observe(group, {
    attributes: true, attributeFilter: ["hidden", "disabled"], childList: true, subtree: true,
  });
  settle();
}

// Whether a key is for the field that has the focus: an arrow leads away from a text's ends alone.
function keeps({ key, target }) {
  if (!target.matches("input, select")) return false;
  if (target.matches("select") || !STEPS[key]) return true;
  const { selectionStart, selectionEnd, value } = target;
  return selectionStart !== selectionEnd || selectionEnd !== (STEPS[key] > 0 ? value.length : 0);
}

function setStop(item, isStop) {
  const index = isStop ? 0 : -1;
  if (item.tabIndex !== index) item.tabIndex = index;
}

// The same for a list of rows: up and down between rows, left and right within one.
export function rows(list) {
  const itemsOf = (row) => [...row.querySelectorAll("button, a[href]")].filter((item) => !item.disabled && item.checkVisibility());
  list.addEventListener("focusin", ({ target }) => target !== list && stopAt(list, target));
  list.addEventListener("keydown", (event) => {
    const row = event.target.closest("li");
    const step = STEPS[event.key];
    const edge = { Home: list.firstElementChild, End: list.lastElementChild }[event.key];
    if (!row || !(step || edge) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const items = itemsOf(row);
    const at = items.indexOf(event.target);
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") return items[(at + step + items.length) % items.length]?.focus();
    const next = edge ?? (step > 0 ? row.nextElementSibling : row.previousElementSibling);
    if (!next) return;
    const theirs = itemsOf(next);
    const same = theirs.find((item) => item.className === event.target.className);
    (same ?? theirs[Math.min(at, theirs.length - 1)])?.focus();
  });
}

// Makes this the one thing of a list that the tab key reaches.
export function stopAt(list, item) {
  if (list.stop && list.stop !== item) list.stop.tabIndex = -1;
  list.stop = item;
  if (item) item.tabIndex = 0;
}
