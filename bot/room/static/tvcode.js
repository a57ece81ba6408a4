// How guests come in: the QR code of their link, and its address to type.

const QUIET = 4; // light squares around a code, as ISO/IEC 18004 asks for
const SVG = "http://www.w3.org/2000/svg";

export class Code {
  constructor(parts) {
    this.parts = parts;
    this.url = undefined;
  }

  // Shows the link that guests may have; ask(url) -> answer with its squares. Null hides all of it.
  async show(url, ask) {
    if (url === this.url) return;
    this.url = url;
    this.parts.join.hidden = !url;
    if (!url) return this.parts.code.replaceChildren();
    this.parts.address.textContent = url.replace(/^https?:\/\//, "").replace(/\/$/, "");
    const answer = await ask(url);
    if (url !== this.url) return;
    if (answer.ok) this.parts.code.replaceChildren(drawn(answer.squares, this.parts.address.textContent));
    else this.url = undefined; // so that it is asked for again
  }
}

// One path of all dark squares, dark on light whatever the scheme.
function drawn(squares, label) {
  const size = squares.length + 2 * QUIET;
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  const path = document.createElementNS(SVG, "path");
  const dark = squares.flatMap((row, y) => [...row].map((square, x) => (square === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
  path.setAttribute("d", dark.join(""));
  picture.append(path);
  return picture;
}
