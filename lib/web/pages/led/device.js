import { Component, html, useLayoutEffect, useRef, useState } from "../preact.js";
import { hasName, periodOf, stateOf } from "./devices.js";
import { TEXTS } from "./texts.js";

/** How often a device blinks a second if nobody says otherwise, and the bounds of that. */
const USUAL_RATE = 2;
const LEAST_RATE = 0.01;
const MOST_RATE = 50;

/** Draws a device again only if it is another one: of many, one changes at a time. */
export class Device extends Component {
  shouldComponentUpdate({ device, language, isOpen }) {
    const { props } = this;
    return device !== props.device || language !== props.language || isOpen !== props.isOpen;
  }

  render({ device, language, isOpen, say }) {
    const texts = TEXTS[language];
    const { index, blink } = device;
    const id = `device-${index}`;
    // What was known of it may no longer hold once nobody tells.
    const state = isOpen ? stateOf(device) : "unknown";
    const detail = isOpen ? detailOf(device, texts) : undefined;
    return html`
      <li class="device ${state}">
        <div role="group" aria-labelledby=${id}>
          <div class="head">
            <${Light} state=${state} blink=${isOpen ? blink : null} />
            <${Name} id=${id} device=${device} texts=${texts} isOpen=${isOpen} say=${say} />
            <p class="state">
              <span class="word">${texts[state]}</span>
              ${detail && html`<span class="detail">${detail}</span>`}
            </p>
          </div>
          <${Switches} which=${index} texts=${texts} isOpen=${isOpen} say=${say} />
        </div>
      </li>
    `;
  }
}

/** What is to be said of a device beside its state. */
function detailOf({ away, on, blink, desired }, texts) {
  if (away) return desired === undefined ? undefined : texts.whenBack(wordOf(desired, texts));
  if (blink !== null) return texts.blinking(blink);
  return on === null && desired !== undefined ? texts.told(wordOf(desired, texts)) : undefined;
}

/** What a device was told, in the reader's language: `blink 2` has its rate behind it. */
function wordOf(desired, texts) {
  const [word, rate] = desired.split(" ");
  return rate ? `${texts[word] ?? word} ${rate} Hz` : texts[word] ?? word;
}

/** The row that switches every device. */
export function AllDevices({ language, isOpen, say }) {
  const texts = TEXTS[language];
  return html`
    <div class="device all" role="group" aria-labelledby="all">
      <h2 id="all" class="name">${texts.all}</h2>
      <${Switches} which="all" texts=${texts} isOpen=${isOpen} say=${say} />
    </div>
  `;
}

function Light({ state, blink }) {
  const isBlinking = blink !== null && state !== "away";
  const style = isBlinking ? { animationDuration: `${periodOf(blink)}ms` } : {};
  return html`
    <svg class="light ${isBlinking ? "blinks" : ""}" viewBox="0 0 24 24" aria-hidden="true">
      <circle class="glow" style=${style} cx="12" cy="12" r="11.5" />
      <circle class="glass" style=${style} cx="12" cy="12" r="7" />
    </svg>
  `;
}

function Name({ id, device, texts, isOpen, say }) {
  const [isEdited, setEdited] = useState(undefined);
  const { index, device: name } = device;
  const { number, rename } = texts;
  const focused = useRef();
  // The focus goes from the button to the field that takes its place, and back.
  useLayoutEffect(() => {
    if (isEdited !== undefined) focused.current?.focus();
    if (isEdited) focused.current.select();
  }, [isEdited]);
  if (!isEdited) {
    return html`
      <div class="named">
        <h2 class="name">
          ${!hasName(device) && html`<span class="quiet">${number}</span>`}<span id=${id}>${name}</span>
        </h2>
        <button type="button" class="plain rename" aria-label=${rename} title=${rename} disabled=${!isOpen}
          ref=${focused} onClick=${() => setEdited(true)}><${Pencil} /></button>
      </div>
    `;
  }
  const save = (event) => {
    event.preventDefault();
    // A space ends a word of the server's line.
    const given = new FormData(event.target).get("name").trim().replaceAll(/\s+/g, "-");
    if (given && given !== name) say(`name ${index} ${given}`);
    setEdited(false);
  };
  const cancel = () => setEdited(false);
  const onKeyDown = ({ key }) => key === "Escape" && cancel();
  return html`
    <form class="renaming" onSubmit=${save} onKeyDown=${onKeyDown}>
      <span id=${id} class="unseen">${name}</span>
      <input name="name" aria-label=${texts.name} maxlength="32" autocomplete="off" autocapitalize="off"
        spellcheck=${false} value=${hasName(device) ? name : ""} ref=${focused} />
      <button class="main" disabled=${!isOpen} aria-label=${texts.save} title=${texts.save}>✓</button>
      <button type="button" aria-label=${texts.cancel} title=${texts.cancel} onClick=${cancel}>✕</button>
    </form>
  `;
}

function Switches({ which, texts, isOpen, say }) {
  const button = (word) =>
    html`
      <button type="button" disabled=${!isOpen} onClick=${() =>
        say(`${word} ${which}`)}>${texts[word]}</button>
    `;
  const blink = (event) => {
    event.preventDefault();
    say(`blink ${which} ${Number(new FormData(event.target).get("rate"))}`);
  };
  return html`
    <div class="switches">
      ${button("on")}${button("off")}${button("toggle")}
      <form class="blink" onSubmit=${blink}>
        <button disabled=${!isOpen}>${texts.blink}</button>
        <input name="rate" type="number" disabled=${!isOpen} inputmode="decimal" required min=${LEAST_RATE} max=${MOST_RATE} step="any"
          defaultValue=${USUAL_RATE} aria-label=${texts.rate} title=${texts.rate} />
        <span class="unit" aria-hidden="true">Hz</span>
      </form>
    </div>
  `;
}

const Pencil = () =>
  html`
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="m4 20 1-5L16 4l4 4L9 19zM14 6l4 4" />
    </svg>
  `;
