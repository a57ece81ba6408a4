// How guests come in: the QR code of their link, and its address to type.

const SVG = "http://www.w3.org/2000/svg";

export class Code {
  constructor(parts) {
    this.parts = parts;
    this.url = undefined;
  }

  // Shows the link that guests may have; ask(url) -> answer with its code. Null hides all of it.
  async show(url, ask) {
    if (url === this.url) return;
    this.url = url;
    this.parts.join.hidden = !url;
    if (!url) return this.parts.code.replaceChildren();
    this.parts.address.textContent = url.replace(/^https?:\/\//, "").replace(/\/$/, "");
    const answer = await ask(url);
    if (url !== this.url) return;
    if (answer.ok) this.parts.code.replaceChildren(drawn(answer.qr, this.parts.address.textContent));
    else this.url = undefined; // so that it is asked for again
  }
}

// Dark on light whatever the scheme, with its empty edge.
function drawn({ size, path }, label) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  const dark = document.createElementNS(SVG, "path");
  dark.setAttribute("d", path);
  picture.append(dark);
  return picture;
}
