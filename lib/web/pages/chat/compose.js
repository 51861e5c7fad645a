import { html } from "../preact.js";
import { TEXTS } from "./texts.js";

/** So many lines the field grows to. */
const MOST_ROWS = 6;

/** The field to write in; each of its lines is a message. Shift+Enter begins another one. `field` is a ref to it. */
export function Compose({ talk, language, field }) {
  const texts = TEXTS[language];
  const send = (event) => {
    event.preventDefault();
    const { value } = field.current;
    for (const line of value.split(/\r?\n/)) talk.say(line);
    field.current.value = "";
    grow();
    field.current.focus();
  };
  const grow = () => {
    field.current.rows = Math.min(MOST_ROWS, field.current.value.split("\n").length);
  };
  // The Enter that ends an input method's composition is no Enter; Safari tells it by 229 alone.
  const onKeyDown = (event) => {
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !isComposing) send(event);
  };
  return html`
    <form class="compose" onSubmit=${send}>
      <textarea rows="1" ref=${field} aria-label=${texts.message} placeholder=${texts
        .hint} enterkeyhint="send"
        autocomplete="off" onKeyDown=${onKeyDown} onInput=${grow}></textarea>
      <button class="main">${texts.send}</button>
    </form>
  `;
}
