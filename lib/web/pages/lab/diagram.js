import { html } from "../preact.js";
import { arrange, SLANT } from "./layout.js";

/**
 * The sequence diagram: time goes down, the client at the left, the server at the right.
 *
 * @param {object} props
 * @param {import("./lesson.js").Lesson} props.lesson
 * @param {number} props.width px that there are for it
 * @param {number} props.scale px of what is 1 px with letters of 16 px
 */
export function Diagram({ lesson, width, scale, texts, language }) {
  const across = width / scale;
  const { places, height, left, right } = arrange(lesson.rows.slice(0, lesson.shown), language, across);
  const xs = { client: left, server: right };
  const { newest } = lesson;
  return html`
    <svg role="img" aria-labelledby="diagram-title" aria-describedby="segments" width=${width}
      height=${height * scale}
      viewBox="0 0 ${across} ${height}">
      <title id="diagram-title">${texts.diagram}</title>
      ${["client", "server"].map((end) =>
        html`
          <line class="life ${end}" x1=${xs[end]} y1="0" x2=${xs[end]} y2=${height} />
        `
      )}
      ${places.map((place) =>
        html`
          <${DRAWN[place.row.kind]} key=${place.index} ...${{
            ...place,
            xs,
            across,
            texts,
          }} isNewest=${place.index === newest} />
        `
      )}
    </svg>
  `;
}

const DRAWN = { scene: Scene, note: Note, call: Call, state: State, packet: Packet };

function Scene({ y, lines, across }) {
  return lines.length > 0 && html`
    <g class="scene">
      <line x1="0" y1=${y + 6} x2=${across} y2=${y + 6} />
      ${lines.map((line, i) => html`<text x="12" y=${y + 30 + i * 21}>${line}</text>`)}
    </g>
  `;
}

function Note({ y, lines, across }) {
  return html`<g class="note"><rect y=${y + 3} width=${across} height=${lines.length * 19 + 9} />${
    lines.map((line, i) => html`<text x="12" y=${y + 22 + i * 19}>${line}</text>`)
  }</g>`;
}

function Call({ row, y, across }) {
  return row.at === "client"
    ? html`<text class="call" x="6" y=${y + 19}>${row.text}</text>`
    : html`<text class="call" x=${across - 6} y=${y + 19} text-anchor="end">${row.text}</text>`;
}

function State({ row, y, xs }) {
  const x = xs[row.at];
  return html`
    <g class="state ${row.at}">
      <rect x=${x - 58} y=${y + 5} width="116" height="29" rx="14.5" />
      <text x=${x} y=${y + 24.5} text-anchor="middle">${row.text}</text>
    </g>
  `;
}

function Packet({ row, y, lines, xs, texts, isNewest }) {
  const { at, fate, isAgain, text } = row;
  const [from, to] = at === "client" ? [xs.client, xs.server] : [xs.server, xs.client];
  const reach = fate === "lost" ? 0.55 : 1;
  const top = y + 28, x = from + (to - from) * reach - (at === "client" ? 2 : -2), end = top + SLANT * reach;
  const middle = (xs.client + xs.server) / 2;
  const marks = [fate && texts.fates[fate], isAgain && texts.again].filter(Boolean);
  const tip = at === "client" ? -1 : 1;
  return html`
    <g class="packet ${at} ${fate ?? ""} ${isNewest ? "newest" : ""}">
      <text class="flags" x=${middle} y=${y + 24} text-anchor="middle">
        ${text}${marks.length > 0 && html`<tspan class="mark">${` · ${marks.join(", ")}`}</tspan>`}
      </text>
      <line class="way" pathLength="1" x1=${from} y1=${top} x2=${x} y2=${end} />
      ${fate === "lost"
        ? html`<path class="cross" d="M${x - 7} ${end - 7}l14 14m0 -14l-14 14" />`
        : html`<path class="tip" d="M${x} ${end}l${tip * 12} -6.5l${-tip * 1.5} 6l${tip * 2} 5z" />`}
      ${lines.map((line, i) =>
        html`
          <text class="said" x=${middle} y=${y + 28 + SLANT + 14 + i * 19} text-anchor="middle">${line}</text>
        `
      )}
    </g>
  `;
}
