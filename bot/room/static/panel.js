// The panel: what one does now and then, and what hosts decide. It is loaded when it is first opened.

import { helpPage, filesPage, mapPage, numbersPage } from "./panel-looks.js";
import { linksPage } from "./panel-links.js";
import { menuPage } from "./panel-menu.js";
import { peoplePage } from "./panel-people.js";
import { settingsPage } from "./panel-settings.js";
import { Sheet } from "./panel-sheet.js";
import { songPage } from "./panel-song.js";
import { devicePage, freshPage, privacyPage } from "./panel-you.js";

const PAGES = {
  menu: menuPage,
  song: songPage,
  links: linksPage,
  people: peoplePage,
  settings: settingsPage,
  numbers: numbersPage,
  map: mapPage,
  files: filesPage,
  device: devicePage,
  fresh: freshPage,
  privacy: privacyPage,
  help: helpPage,
};

let panel = null;

// Opens one of the pages; what a page is about is a song's number.
export async function openPanel(page, name = "menu", about = null) {
  panel ??= new Sheet(page, PAGES);
  await panel.open(name, about);
}
