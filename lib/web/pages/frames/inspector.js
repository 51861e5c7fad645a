import { html } from "../preact.js";
import { dump } from "./bytes.js";
import { nameOf } from "./lane_view.js";
import { duration } from "./texts.js";

/** What is in a block: its text, its bytes, and where it was. */
export function Inspector({ place, isUnframed, close, texts, language }) {
  return html`
    <aside class="inspector ${place ? "filled" : ""}" aria-label=${texts.inspector}>
      ${place
        ? html`<${Details} ...${{ ...place, close, texts, language }} />`
        : html`<${Legend} texts=${texts} isUnframed=${isUnframed} />`}
    </aside>
  `;
}

function Legend({ texts, isUnframed }) {
  const read = (kind, ...blocks) =>
    html`
      <div class="read client ${kind}" aria-hidden="true">${blocks.map((block) =>
        html`<span class="block ${block}"></span>`
      )}</div>
    `;
  return html`
    <p class="quiet">${texts.hint}</p>
    <ul class="legend">
      <li>${read("", "")} ${isUnframed ? texts.legend.read : texts.legend.whole}</li>
      ${!isUnframed && html`
        <li>${read("stuck", "", "")} ${texts.legend.stuck}</li>
        <li><div>${read("torn", "unfinished")} ${read("torn", "goes-on")}</div> ${texts.legend.torn}</li>
      `}
    </ul>
  `;
}

function Details({ lane, read, index, close, texts, language }) {
  const piece = read.pieces[index];
  const bytes = read.kept.subarray(piece.from, piece.to);
  const isCut = bytes.length < piece.to - piece.from;
  return html`
    <button type="button" class="plain close" aria-label=${texts.close} onClick=${close}>✕</button>
    <h2>${kindOf(piece, texts)}</h2>
    <pre class="text" tabindex="0" aria-label=${texts.text}>${nameOf(piece, texts)}</pre>
    <ul>
      <li>${texts.from[read.from]} <code>${lane.peer}</code></li>
      <li>${timeOf(read.time)}, ${read === lane.reads[0] && read.gap === 0
        ? texts.first
        : texts.after(duration(read.gap, language))}</li>
      <li>${texts.place(piece.from, piece.to, read.bytes)}</li>
      ${read.frames > 1 && html`<li class="stuck">${texts.stuck(read.frames)}</li>`}
    </ul>
    <pre class="hex" tabindex="0" aria-label=${texts.bytes}>${dump(bytes, piece.from)}</pre>
    ${isCut && html`<p class="quiet">${texts.cut(bytes.length)}</p>`}
  `;
}

function kindOf({ kind, begins, ends }, texts) {
  if (kind !== "frame") return texts.outside;
  if (begins) return ends ? texts.frame : texts.rest;
  return ends ? texts.continued : texts.middle;
}

function timeOf(ms) {
  const time = new Date(ms);
  return `${time.toLocaleTimeString("en-GB")}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
