import { html } from "../preact.js";
import { gapWidth } from "./layout.js";
import { LANE } from "./view.js";
import { duration } from "./texts.js";

/**
 * A lane: what the client said above, what the server said below, time from left to right.
 *
 * @param {object} props
 * @param {import("./lanes.js").Lane} props.lane
 * @param {number} props.row
 * @param {import("./view.js").View} props.view
 * @param {(lane: import("./lanes.js").Lane, from: string) => void} props.goBack
 * @param {number} props.scale px of what is 1 px with letters of 16 px
 */
export function LaneView({ lane, row, view, goBack, scale, texts, language }) {
  const reads = view.reads(lane);
  const stop = stopOf(lane, reads, view);
  return html`
    <div class="lane ${lane.isOpen ? "" : "closed"}" role="group" aria-label=${lane.peer} style=${{
      top: px(row * LANE, scale),
    }}>
      <p class="peer"><b>${lane.peer}</b> <span>${lane.isOpen
        ? texts.open
        : texts.closed(lane.reason)}</span></p>
      ${["client", "server"].map((from) => html`<${Side} ...${{ lane, from, view, goBack, texts }} />`)}
      <div class="strip" data-lane=${lane.number}>
        <div class="time" style=${{ width: px(view.lengthOf(lane), scale) }}>
          ${!lane.reads.length && html`<p class="silent">${texts.noReads}</p>`}
          ${reads.map((read) =>
            html`
              <${ReadView} key=${read.number} ...${{ read, lane, view, stop, scale, texts, language }} />
            `
          )}
        </div>
      </div>
    </div>
  `;
}

function Side({ lane, from, view, goBack, texts }) {
  const missed = view.missed(lane, from);
  return html`
    <div class="side ${from}">
      <p><span aria-hidden="true">${from === "client" ? "▶" : "◀"} </span>${texts[from]}</p>
      ${missed && html`
        <button type="button" class="missed" onClick=${() => goBack(lane, from)}>
          <span aria-hidden="true">← </span>${texts.missed(missed)}<span class="unseen">${texts.toLeft}</span>
        </button>
      `}
    </div>
  `;
}

function ReadView({ read, lane, view, stop, scale, texts, language }) {
  const { from, gap, frames, isTorn, bytes } = read;
  const left = read.x - lane.left;
  const kind = `read ${from} ${frames > 1 ? "stuck" : ""} ${isTorn ? "torn" : ""}`;
  return html`
    ${gap >= 1 && html`
      <span class="gap" style=${{ left: px(left - gapWidth(gap), scale), width: px(gapWidth(gap), scale) }}>
        <span>${duration(gap, language)}</span>
      </span>
    `}
    <div class=${kind} style=${{ left: px(left, scale), width: px(read.width, scale) }}>
      <p class="head">
        <span aria-hidden="true">${from === "client" ? "▶" : "◀"} </span>${texts.read(
          bytes,
          frames,
        )}${isTorn && ` · ${texts.torn}`}
      </p>
      ${read.pieces.map((piece, index) =>
        html`
          <button
            type="button"
            class="block ${piece.kind} ${piece.begins ? "" : "goes-on"} ${piece.ends ? "" : "unfinished"}"
            data-block=${`${lane.number} ${read.number} ${index}`}
            tabindex=${stop?.read === read && stop.index === index ? 0 : -1}
            aria-label=${nameOf(piece, texts)}
            aria-current=${isAt(view.inspected, read, index) ? "true" : undefined}
            style=${{ left: px(piece.x, scale), width: px(piece.width, scale) }}
            data-shown=${isNamed(piece) ? undefined : piece.label}
          >${isNamed(piece) && labelOf(piece, texts)}</button>
        `
      )}
    </div>
  `;
}

/** The one block of a lane that Tab stops at. */
function stopOf(lane, reads, { cursor }) {
  if (cursor?.lane === lane && reads.includes(cursor.read)) return cursor;
  const read = reads.at(-1);
  return read && { read, index: read.pieces.length - 1 };
}

/** Whether a block's text is its name; what stands for a longer one, or for the rest of one, is no text of the page. */
const isNamed = ({ kind, begins, label, name }) => kind === "more" || begins && label === name;

const isAt = (place, read, index) => place?.read === read && place.index === index;

/** The text of a frame is its name. */
export function nameOf({ kind, name, frames }, texts) {
  if (kind === "more") return texts.more(frames);
  return name || texts.empty;
}

const labelOf = ({ kind, label, frames }, texts) =>
  kind === "more" ? texts.more(frames) : label || texts.empty;

const px = (length, scale) => `${length * scale}px`;
