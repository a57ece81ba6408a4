// The sheet that the panel's pages are shown on: from below on phones, in the middle elsewhere.

import { icon, make } from "./panel-parts.js";
import { byId } from "./view.js";
import { say } from "./words.js";

const SAID_MS = 6000;

// What a control is told apart by when the page is shown once more.
function keyOf({ dataset, id }) {
  return dataset.key ?? dataset.do ?? id;
}

export class Sheet {
  // page: see page.js; pages: name -> (sheet, about) -> {title, parts, update?}
  constructor(page, pages) {
    Object.assign(this, { page, pages });
    this.trail = []; // the pages that lead here, this one last
    this.shown = null;
    this.ended = null; // what was said when the party was ended from here
    this.title = make("h2", { id: "panel-title", tabindex: "-1" });
    this.back = make("button", { type: "button", class: "round", "aria-label": say("Back"), on: { click: () => this.goBack() } }, icon("back"));
    const close = make("button", { type: "button", class: "round", "aria-label": say("Close"), on: { click: () => this.dialog.close() } }, icon("close"));
    this.body = make("div", { class: "sheet-body" });
    this.said = make("p", { class: "sheet-said", role: "status" });
    this.dialog = make(
      "dialog",
      { id: "panel", class: "sheet", "aria-labelledby": "panel-title" },
      make("div", { class: "sheet-top" }, this.back, this.title, close),
      this.body,
      this.said,
    );
    this.dialog.addEventListener("click", ({ target }) => target === this.dialog && this.dialog.close());
    this.body.addEventListener("settled", () => this.shown?.update?.());
    this.dialog.addEventListener("close", () => this.closed());
    document.body.append(this.dialog);
    page.subscribe(() => this.dialog.open && this.shown?.update?.());
  }

  async open(name, about) {
    this.trail = [];
    await this.go(name, about);
  }

  async go(name, about = null) {
    this.trail.push({ name, about });
    await this.show();
  }

  async goBack() {
    this.trail.pop();
    await this.show();
  }

  // Shows the page once more, for what it shows is another by now; the focus stays on the same control. A
  // question that is open is answered first.
  async again() {
    if (this.body.querySelector(".asked")) return;
    const focused = this.body.contains(document.activeElement) ? keyOf(document.activeElement) : null;
    await this.show(false);
    if (focused === null) return;
    const same = [...this.body.querySelectorAll("button, a, select, input")].find((each) => keyOf(each) === focused);
    (same || this.title).focus({ preventScroll: true });
  }

  async show(isNew = true) {
    const { name, about } = this.trail.at(-1);
    const turn = (this.turn = {});
    const shown = await this.pages[name](this, about);
    if (turn !== this.turn) return; // another page was opened meanwhile
    if (shown === null) return void this.trail.pop(); // there is nothing to show, and why was said
    this.shown = shown;
    this.title.textContent = shown.title;
    this.back.hidden = this.trail.length < 2;
    this.body.replaceChildren(...shown.parts.flat().filter(Boolean));
    if (this.body.querySelector("button, a, input, select, summary")) this.body.removeAttribute("tabindex");
    else this.body.tabIndex = 0; // so that keys can scroll what is only to be read
    if (isNew) {
      this.tell({ ok: true, say: "" });
      if (!this.dialog.open) this.dialog.showModal();
      this.body.scrollTop = 0;
      this.title.focus({ preventScroll: true });
    }
  }

  // Says what became of something, on the sheet: what is behind it is not heard.
  tell(answer) {
    if (!answer) return false;
    if (!this.dialog.open && answer.say) this.page.toast(answer);
    clearTimeout(this.timer);
    this.said.textContent = answer.say ?? "";
    this.said.classList.toggle("bad", !answer.ok);
    if (answer.say) this.timer = setTimeout(() => (this.said.textContent = ""), SAID_MS);
    return answer.ok;
  }

  // Asks the room for a change and tells what became of it; the answer, or null where there is none.
  async change(what, fields = {}) {
    const answer = await this.page.change(what, fields);
    return this.tell(answer) ? answer : null;
  }

  closed() {
    this.turn = this.shown = this.ended = null;
    this.body.replaceChildren();
    if (document.activeElement === document.body) byId("queue").focus({ preventScroll: true });
  }
}
