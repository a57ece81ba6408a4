"""What axe-core finds on a page, and what it does not look for: words that break, and small targets."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
BROKEN_WORDS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.checkVisibility() || node.parentElement.closest(".unseen, .skip-links")) continue;
    for (const { index, 0: word } of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      if (/[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}]/u.test(word)) continue; // these break anywhere
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (tops.size > 1) found.push(word);
    }
  }
  return found;
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll("button, a[href], input, select, summary, textarea")]
  .filter((each) => each.checkVisibility() && !each.closest(".skip-links, .unseen, [type=file]"))
  .filter((each) => !each.closest("p") || each.tagName !== "A")  // links within sentences may be smaller
  .map((each) => [each.id || each.className || each.textContent, each.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 43.5 || height < 43.5)
  .map(([name, { width, height }]) => `${name} ${width}x${height}`)"""


async def faults(page: Page) -> list[str]:
    """Every rule that is broken, and where."""
    results = await Axe().run(page, options=OPTIONS)
    return [
        f"{each['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for each in results.response["violations"]
        for node in each["nodes"]
    ]


async def broken_words(page: Page) -> list[str]:
    """Words that go on in the next line."""
    found: list[str] = await page.evaluate(BROKEN_WORDS)
    return found


async def small_targets(page: Page) -> list[str]:
    """What can be pressed and is smaller than a fingertip, 44 pixels each way."""
    found: list[str] = await page.evaluate(SMALL_TARGETS)
    return found
