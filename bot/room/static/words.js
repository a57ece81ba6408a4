// What the page says, in the language that it was asked for. The English is the key, here as everywhere.

const translated = (globalThis.encoreWords ??= {}); // by the words file, which comes before this
const numbers = new Intl.PluralRules(document.documentElement.lang || "en");

// A text with what belongs into its braces.
export function say(text, parts = {}) {
  return filled(translated[text] ?? text, parts);
}

// A text that depends on a number, which is its {number}.
export function count(one, many, number, parts = {}) {
  const forms = translated[`${one}\n${many}`] ?? { one, other: many };
  return filled(forms[numbers.select(number)] ?? forms.other, { number, ...parts });
}

function filled(text, parts) {
  return text.replace(/\{(\w+)\}/g, (brace, name) => parts[name] ?? brace);
}
