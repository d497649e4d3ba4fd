/** The picture as an SVG document, drawn from the same places that are on the screen. */

export interface DrawnNode {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly label: string;
  readonly color: string;
}

export interface DrawnEdge {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly background: string;
  readonly ink: string;
  readonly line: string;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

/** A whole SVG document, in pixels; text that comes from RDF stays text. */
export function drawSvg(drawing: Drawing): string {
  const { width, height, nodes } = drawing;
  const edges = drawing.edges.flatMap(({ from, to, label }) => {
    const [source, target] = [nodes[from], nodes[to]];
    if (!source || !target) return [];
    const [dx, dy] = [target.x - source.x, target.y - source.y];
    const length = Math.hypot(dx, dy) || 1;
    // The arrow ends at the rim of the circle, not under it.
    const [x, y] = [target.x - (dx / length) * (target.size + 2), target.y - (dy / length) * (target.size + 2)];
    return [
      `<line x1="${round(source.x)}" y1="${round(source.y)}" x2="${round(x)}" y2="${round(y)}" marker-end="url(#arrow)"><title>${escape(label)}</title></line>`,
    ];
  });
  const circles = nodes.map(
    ({ x, y, size, color }) =>
      `<circle cx="${round(x)}" cy="${round(y)}" r="${round(size)}" fill="${escape(color)}"/>`,
  );
  const labels = nodes.map(
    ({ x, y, size, label }) => `<text x="${round(x + size + 3)}" y="${round(y + 4)}">${escape(label)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escape(drawing.title)}</title>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L8 4L0 8z" fill="${escape(drawing.line)}"/></marker></defs>`,
    `<rect width="${width}" height="${height}" fill="${escape(drawing.background)}"/>`,
    `<g stroke="${escape(drawing.line)}" stroke-width="1">${edges.join("")}</g>`,
    `<g>${circles.join("")}</g>`,
    `<g fill="${escape(drawing.ink)}" font-family="sans-serif" font-size="12">${labels.join("")}</g>`,
    "</svg>",
    "",
  ].join("\n");
}

function round(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}

/** Text within SVG, without the characters that XML 1.0 doesn't have. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
