import { html, render, useLayoutEffect, useRef } from "../preact.js";
import { byFrame } from "../shared/by_frame.js";
import { Link } from "../shared/connection.js";
import { Header, useTitle } from "../shared/header.js";
import { useLanguage } from "../shared/language_switch.js";
import { Diagram } from "./diagram.js";
import { Lesson } from "./lesson.js";
import { TEXTS } from "./texts.js";
import { Transcript } from "./transcript.js";

/** Ms between two segments that are played. */
const PACE = 1_500;

const lesson = new Lesson();
const redraw = byFrame(draw);
const link = new Link({
  onLine(line) {
    lesson.take(JSON.parse(line));
    redraw();
  },
  // Whoever comes gets all events from the first on.
  onOpen() {
    lesson.clear();
    pause();
  },
  onState: () => redraw(),
});

/** What shows the next segment, while the lesson is played. */
let pacer;

function step() {
  if (!lesson.step() && !lesson.isOver) link.say("step");
  redraw();
}

function play() {
  lesson.isPaced = true;
  link.say("play");
  lesson.step();
  pacer = setInterval(() => {
    lesson.isPaced = true;
    lesson.step();
    if (lesson.isOver && !lesson.hasMore) pause();
    redraw();
  }, PACE);
  redraw();
}

function pause() {
  clearInterval(pacer);
  pacer = undefined;
  lesson.isPaced = lesson.hasMore;
  redraw();
}

function restart() {
  pause();
  lesson.rewind();
  redraw();
}

function Page() {
  const [language, choose] = useLanguage();
  const texts = TEXTS[language];
  const title = lesson.name ? texts.lesson(lesson.name) : texts.title;
  useTitle(`${title} – pinwire`);
  return html`
    <${Header} title=${title} ...${{ link, language, choose }} />
    <main>
      <${Controls} texts=${texts} />
      <${States} ...${{ texts, language }} />
      <${Stage} ...${{ texts, language }} />
      <${Transcript} ...${{ lesson, texts, language }} />
    </main>
  `;
}

function Controls({ texts }) {
  const isDone = !lesson.hasMore && (lesson.isOver || link.state !== "open");
  return html`
    <div class="controls" role="group" aria-label=${texts.controls}>
      <button type="button" class="main" aria-keyshortcuts="ArrowRight" disabled=${isDone} onClick=${step}>${texts
        .step}</button>
      ${pacer === undefined
        ? html`<button type="button" disabled=${isDone} onClick=${play}>${texts.play}</button>`
        : html`<button type="button" onClick=${pause}>${texts.pause}</button>`}
      <button type="button" disabled=${lesson.rows.length === 0} onClick=${restart}>${texts.restart}</button>
    </div>
  `;
}

function States({ texts, language }) {
  const { states } = lesson;
  return html`
    <div class="states">
      ${["client", "server"].map((end) =>
        html`
          <section class=${end} aria-label=${texts.state(texts[end])}>
            <h2>${texts[end]}</h2>
            <p class="now">${states[end]?.text ?? "–"}</p>
            <p class="why">${states[end]?.said?.[language].notes[0]}</p>
          </section>
        `
      )}
    </div>
  `;
}

function Stage({ texts, language }) {
  const stage = useRef();
  const end = useRef();
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const width = stage.current?.clientWidth ?? 0;
  useLayoutEffect(() => {
    if (stage.current.clientWidth !== width) redraw();
  });
  // Who has scrolled back to look at something is left alone until more is shown.
  useLayoutEffect(() => {
    const transcript = document.getElementById("segments");
    transcript.scrollTop = transcript.scrollHeight;
    end.current.scrollIntoView({ block: "nearest" });
  }, [lesson.shown, width]);
  return html`
    <div class="stage" ref=${stage} tabindex="0" role="region" aria-label=${texts.diagram}>
      ${lesson.rows.length
        ? html`<${Diagram} ...${{ lesson, width, scale, texts, language }} />`
        : html`<p class="empty">${texts.waiting}</p>`}
      <div class="end" ref=${end}></div>
    </div>
  `;
}

function draw() {
  render(html`<${Page} key="page" />`, document.body);
}

addEventListener("resize", redraw);
addEventListener("keydown", (event) => {
  if (event.key !== "ArrowRight" || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  step();
});
draw();
link.connect();
