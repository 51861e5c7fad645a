import { html, render, useLayoutEffect, useRef } from "../preact.js";
import { byFrame } from "../shared/by_frame.js";
import { Link } from "../shared/connection.js";
import { Header, useTitle } from "../shared/header.js";
import { useLanguage } from "../shared/language_switch.js";
import { Inspector } from "./inspector.js";
import { Lanes } from "./lanes.js";
import { LaneView } from "./lane_view.js";
import { TEXTS } from "./texts.js";
import { LANE, View } from "./view.js";

const model = new Lanes();
const view = new View(model);
const redraw = byFrame(draw);
const link = new Link({
  path: "/events",
  onLine(line) {
    view.take(JSON.parse(line), line.length);
    redraw();
  },
  onState() {
    if (link.state === "lost") view.lost();
    redraw();
  },
});

/** The block that is to have the focus once it is drawn. */
let wanted;

function Page() {
  const [language, choose] = useLanguage();
  const texts = TEXTS[language];
  useTitle(`${texts.title} – pinwire`);
  const lanes = view.lanes();
  return html`
    <${Header} title=${texts.title} ...${{ link, language, choose }} />
    <main>
      <${Tools} texts=${texts} />
      ${lanes.length
        ? html`<${LaneList} ...${{ lanes, texts, language }} />`
        : html`<${Empty} texts=${texts} />`}
      <${Inspector} place=${view.inspected} isUnframed=${isUnframed()} close=${close} ...${{
        texts,
        language,
      }} />
    </main>
  `;
}

function Tools({ texts }) {
  const { waiting, leftOut } = view;
  const toggle = (isPaused) => () => (view.pause(isPaused), redraw());
  return html`
    <div class="tools" role="group" aria-label=${texts.tools}>
      <button type="button" aria-pressed=${waiting !== undefined} onClick=${toggle(!waiting)}>${texts
        .pause}</button>
      <button type="button" aria-pressed=${view.isFollowing} onClick=${() => {
        if (view.isFollowing) view.stay(model.lanes);
        else view.isFollowing = true, view.top = 0;
        redraw();
      }}>${texts.follow}</button>
      <input type="search" aria-label=${texts.filter} placeholder=${texts.filter} onInput=${({ target }) => {
        view.filter = target.value;
        redraw();
      }} />
      <p>${texts.counts(model.lanes.length, model.count)}</p>
      ${model.count > 0 && isUnframed() && html`<p class="hint">${texts.unframed}</p>`}
      ${waiting && html`<p class="attention">${texts.paused(waiting.length)}</p>`}
      ${leftOut > 0 && html`<p>${texts.leftOut(leftOut)}</p>`}
      ${model.dropped > 0 && html`<p>${texts.dropped(model.dropped)}</p>`}
      <div role="log" class="errors">${model.errors.map((error) => html`<p>${error}</p>`)}</div>
    </div>
  `;
}

/** Whether nobody has said what messages are. */
const isUnframed = () =>
  (model.frame === "raw" || model.frame.startsWith("text")) && !/^(udp|wss?):/.test(model.address);

function Empty({ texts }) {
  if (model.lanes.length) return html`<p class="empty">${texts.noMatch}</p>`;
  if (!model.address || link.state === "refused") return html`<div class="empty"></div>`;
  const address = model.address.replace(/^tcp:\/\//, "");
  return html`
    <div class="empty">
      <p>${texts.nothing}</p>
      <pre tabindex="0">pinwire send ${address} hello</pre>
    </div>
  `;
}

function LaneList({ lanes, texts, language }) {
  const list = useRef();
  const newest = useRef(lanes[0].number);
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const [first, last] = view.rows(lanes.length);
  useLayoutEffect(() => {
    const { current } = list;
    // Lanes come in at the top: what somebody looks at below stays where it is.
    const added = lanes.findIndex(({ number }) => number <= newest.current);
    newest.current = lanes[0].number;
    if (view.top > 0 && added > 0) view.top += added * LANE;
    place(current, lanes, scale);
  });
  const each = lanes.slice(first, last).map((lane, i) =>
    html`
      <${LaneView} key=${lane.number} row=${first + i} ...${{ lane, view, goBack, scale, texts, language }} />
    `
  );
  return html`
    <div class="lanes" ref=${list} onScroll=${onListScroll} onScrollCapture=${onStripScroll} onKeyDown=${onKey}
      onPointerMove=${onPoint} onFocusCapture=${onPoint} onClick=${onPoint}>
      <div style=${{ height: `${lanes.length * LANE * scale}px` }}>${each}</div>
    </div>
  `;
}

/** Scrolls the list and each lane to where the view has them, and learns how large they are. */
function place(list, lanes, scale) {
  const strips = [...list.querySelectorAll(".strip")];
  view.height = list.clientHeight / scale;
  if (strips.length) view.width = strips[0].clientWidth / scale;
  if (Math.abs(list.scrollTop - view.top * scale) > 1) list.scrollTop = view.top * scale;
  for (const strip of strips) {
    const lane = laneOf(strip, lanes);
    const left = lane && view.leftOf(lane) * scale;
    if (lane && Math.abs(strip.scrollLeft - left) > 1) strip.scrollLeft = left;
    strip.seenAt = strip.scrollLeft;
  }
  if (!wanted) return;
  const block = list.querySelector(`[data-block="${wanted}"]`);
  wanted = undefined;
  block?.focus({ preventScroll: true });
}

const laneOf = (strip, lanes) => lanes.find(({ number }) => number === Number(strip.dataset.lane));

const scaleNow = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

function onListScroll({ target, currentTarget }) {
  if (target !== currentTarget) return;
  view.top = target.scrollTop / scaleNow();
  redraw();
}

function onStripScroll({ target }) {
  const lane = target.dataset.lane === undefined ? undefined : laneOf(target, model.lanes);
  if (!lane || Math.abs(target.scrollLeft - target.seenAt) <= 1) return;
  view.stay(model.lanes);
  view.scrolled(lane, target.scrollLeft / scaleNow());
  target.seenAt = target.scrollLeft;
  redraw();
}

/** The block of an event, if it is about one. */
function blockOf({ target }) {
  const at = target.closest?.("[data-block]")?.dataset.block;
  if (!at) return undefined;
  const [number, readNumber, index] = at.split(" ").map(Number);
  const lane = model.lanes.find((one) => one.number === number);
  const read = lane?.reads.find((one) => one.number === readNumber);
  return read && { lane, read, index };
}

function onPoint(event) {
  const block = blockOf(event);
  if (!block) return;
  // Blocks that pass under a mouse at rest are not pointed at.
  if (event.type !== "pointermove") view.cursor = block;
  else if (block.read === view.inspected?.read && block.index === view.inspected.index) return;
  view.inspected = block;
  redraw();
}

function onKey(event) {
  if (event.key === "Escape") return close();
  const block = blockOf(event);
  if (!block) return;
  view.cursor = block;
  const next = view.next(event.key);
  if (!next) return;
  event.preventDefault();
  view.cursor = view.inspected = next;
  view.show(view.lanes());
  focusNext();
}

function goBack(lane, from) {
  view.goBack(lane, from);
  focusNext();
}

function focusNext() {
  const { lane, read, index } = view.cursor;
  wanted = `${lane.number} ${read.number} ${index}`;
  redraw();
}

function close() {
  view.inspected = undefined;
  redraw();
}

function draw() {
  render(html`<${Page} key="page" />`, document.body);
}

addEventListener("resize", redraw);
draw();
link.connect();
