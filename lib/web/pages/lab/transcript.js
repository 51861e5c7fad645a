import { html } from "../preact.js";

/** What is in the diagram, in words: each segment with what it means and what comes of it, under its part's title. */
export function Transcript({ lesson, texts, language }) {
  const { newest } = lesson;
  const parts = partsOf(lesson.rows.slice(0, lesson.shown));
  return html`
    <div class="transcript" id="segments" role="log" aria-label=${texts.segments} tabindex="0">
      ${parts.map((part) =>
        html`
          ${part.scene && html`<${Title} ...${{ row: part.scene, language }} />`}
          ${part.before.map((row) => html`<${Effect} ...${{ row, texts, language }} />`)}
          ${part.segments.length > 0 && html`
            <ol start=${part.first}>
              ${part.segments.map(({ row, index, effects }) =>
                html`
                  <li key=${index} class=${index === newest ? "newest" : ""}>
                    <p><span class=${row.at}>${texts.to[row.at]}</span> <code>${row
                      .text}</code> <${Marks} ...${{ row, texts }} /></p>
                    ${(row.said?.[language].notes ?? [row.content]).map((note, i) =>
                      note && html`<p class=${i ? "quiet" : "said"}>${note}</p>`
                    )}
                    ${effects.map((effect) => html`<${Effect} ...${{ row: effect, texts, language }} />`)}
                  </li>
                `
              )}
            </ol>
          `}
        `
      )}
    </div>
  `;
}

function Title({ row: { said, text }, language }) {
  const { title, notes = [] } = said?.[language] ?? {};
  return html`${(title || !said) && html`<h2>${title ?? text}</h2>`}${
    notes.map((note) => html`<p>${note}</p>`)
  }
    ${said?.[language].code && html`<pre tabindex="0">${said[language].code.join("\n")}</pre>`}`;
}

function Marks({ row: { fate, isAgain }, texts }) {
  return html`${fate && html`<b class=${fate}>${texts.fates[fate]}</b>`} ${
    isAgain && html`<b>${texts.again}</b>`
  }`;
}

function Effect({ row, texts, language }) {
  const said = row.said?.[language];
  if (row.kind === "note") {
    return html`<div>${(said?.notes ?? [row.text]).map((note) => html`<p class="quiet">${note}</p>`)}
</div>`;
  }
  return html`<p class="effect"><span class=${row.at}>${texts[row.at]}</span> <code>${row.text}</code></p>`;
}

/** The rows under each scene: what comes before its first segment, and each segment with what comes behind it. */
function partsOf(rows) {
  let count = 0;
  const parts = [{ before: [], segments: [], first: 1 }];
  rows.forEach((row, index) => {
    if (row.kind === "scene") parts.push({ scene: row, before: [], segments: [], first: count + 1 });
    const part = parts.at(-1);
    if (row.kind === "packet") count++, part.segments.push({ row, index, effects: [] });
    else if (row.kind !== "scene" && row.kind !== "hidden") {
      (part.segments.at(-1)?.effects ?? part.before).push(row);
    }
  });
  return parts;
}
