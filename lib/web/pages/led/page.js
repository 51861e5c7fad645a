import { html, render } from "../preact.js";
import { byFrame } from "../shared/by_frame.js";
import { Link } from "../shared/connection.js";
import { Header, useTitle } from "../shared/header.js";
import { useLanguage } from "../shared/language_switch.js";
import { AllDevices, Device } from "./device.js";
import { addressesFor } from "./address.js";
import { Devices } from "./devices.js";
import { errorText, TEXTS } from "./texts.js";

const devices = new Devices();
/** Where devices call in, as the server says. */
let address = "";
/** What the server couldn't do last, until somebody does something else. */
let error;

const draw = byFrame(() => render(html`<${Page} />`, document.body));

const link = new Link({
  ping: "ping",
  onOpen() {
    devices.clear();
    link.say("watch");
  },
  onState() {
    if (link.state === "refused") devices.clear();
    draw();
  },
  onLine(line) {
    const [, word, json] = line.match(/^(device|error) (\{.*\})$/s) ?? [];
    if (line === "ping") link.say("pong");
    if (word === "device") devices.told(JSON.parse(json));
    if (word === "error") error = JSON.parse(json);
    if (line.startsWith("listening ")) address = line.slice("listening ".length);
    const [, why] = line.match(/^refused (.*)$/) ?? [];
    if (why) tell({ message: why });
    if (line === "ok") devices.areAll = true;
    if (word || line === "ok") draw();
  },
});

link.connect();
draw();

function say(line) {
  tell(undefined);
  link.say(line);
}

function tell(what) {
  error = what;
  draw();
}

function Page() {
  const [language, choose] = useLanguage();
  const texts = TEXTS[language];
  const shown = devices.sorted();
  const common = { language, isOpen: link.state === "open", say };
  const drawn = shown.map((device) => html`<${Device} key=${device.index} device=${device} ...${common} />`);
  useTitle(`${texts.title} – pinwire`);
  return html`
    <${Header} title=${texts.title} link=${link} language=${language} choose=${choose} />
    <main>
      ${shown.length > 1 && html`<${AllDevices} ...${common} />`}
      <ul class="devices">${drawn}</ul>
      ${!shown.length && html`<${Nothing} texts=${texts} isOpen=${common.isOpen} />`}
    </main>
    <div class="errors" role="alert">
      ${error && html`<${Trouble} text=${errorText(error, language)} texts=${texts} />`}
    </div>
  `;
}

const Trouble = ({ text, texts }) =>
  html`
    <div class="notice">
      <p>${text}</p>
      <button type="button" onClick=${() => tell(undefined)}>${texts.close}</button>
    </div>
  `;

function Nothing({ texts, isOpen }) {
  if (link.state === "refused") return undefined;
  if (!isOpen || !devices.areAll) return html`<p class="empty">${texts.waiting}</p>`;
  const { here, there } = addressesFor(address, location.hostname);
  return html`
    <div class="empty">
      <p>${texts.empty}</p>
      <p>${texts.emptyPi}</p>
      <pre><code>pinwire led agent ${there ?? "ADDRESS"}</code></pre>
      ${there === undefined && html`<p>${texts.emptyAddress}</p>`}
      <p>${texts.emptyTry}</p>
      <pre><code>pinwire led agent ${here} --gpio simulated --name lamp</code></pre>
    </div>
  `;
}
