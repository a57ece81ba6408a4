// What the page loads only when it is wanted.

import { say } from "./words.js";

// The module of this name with its words and its style sheet, as the page says where they are.
// Throws an Error with a sentence for people when they cannot be had.
export async function lazy(name) {
  try {
    const { script, words, style } = JSON.parse(document.documentElement.dataset.lazy)[name];
    await Promise.all([words && import(words), style && sheet(style)]);
    return await import(script);
  } catch {
    throw new Error(say("I can't load that right now. Check your connection, or reload the page."));
  }
}

function sheet(address) {
  if (document.querySelector(`link[href="${address}"]`)) return null;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  return new Promise((loaded, failed) => {
    link.addEventListener("load", loaded);
    link.addEventListener("error", () => {
      link.remove();
      failed(new Error(address));
    });
    document.head.append(link);
  });
}
