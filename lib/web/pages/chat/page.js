import { html, render, useEffect, useRef, useState } from "../preact.js";
import { byFrame } from "../shared/by_frame.js";
import { Header, useTitle } from "../shared/header.js";
import { useLanguage } from "../shared/language_switch.js";
import { Compose } from "./compose.js";
import { Log } from "./log.js";
import { Side } from "./side.js";
import { Talk } from "./talk.js";
import { TEXTS } from "./texts.js";

const drawNext = byFrame(draw);
const talk = new Talk(() => {
  drawNext();
  // A tab that nobody sees draws nothing, and its title is all that can be seen of it.
  if (document.hidden) draw();
});
for (const event of ["focus", "visibilitychange"]) {
  addEventListener(event, () => document.hidden || talk.read());
}

talk.link.connect();
draw();

function draw() {
  render(html`<${Page} />`, document.body);
}

function Page() {
  const [language, choose] = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const texts = TEXTS[language];
  const field = useRef();
  const { room, unread, link } = talk;
  useTitle(`${unread ? `(${unread}) ` : ""}${room ? `${room} – ` : ""}${texts.title} – pinwire`);
  useEffect(() => isOpen && talk.askRooms(), [isOpen]);
  const whisper = (to) => {
    setOpen(false);
    field.current.value = `/msg ${to} `;
    field.current.focus();
  };
  const toggle = room && html`
    <button type="button" class="toggle" aria-expanded=${String(isOpen)} aria-controls="side" title=${texts
      .side}
      onClick=${() => setOpen(!isOpen)}>${room} · ${talk.names.size}<span aria-hidden="true">${isOpen
        ? "▴"
        : "▾"}</span></button>
  `;
  return html`
    <${Header} title=${texts.title} link=${link} language=${language} choose=${choose}>${toggle}<//>
    <main>
      <aside id="side" class=${isOpen ? "open" : ""} aria-label=${texts.side}>
        ${room &&
          html`<${Side} talk=${talk} revision=${talk.revision} language=${language} whisper=${whisper} />`}
      </aside>
      <div class="talk">
        <${Log} talk=${talk} language=${language} />
        <${Compose} talk=${talk} language=${language} field=${field} />
      </div>
    </main>
  `;
}
