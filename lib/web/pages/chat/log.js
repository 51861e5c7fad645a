import { Component, html, useLayoutEffect, useRef, useState } from "../preact.js";
import { spokenIn, visible } from "./lines.js";
import { noticeText } from "./notices.js";
import { TEXTS } from "./texts.js";

/** So many px from its end the log still counts as read to it. */
const NEAR_END = 40;

/** The log. It follows what is new, unless somebody has scrolled back. */
export function Log({ talk, language }) {
  const texts = TEXTS[language];
  const { history, outbox } = talk;
  const isIn = talk.room !== "";
  const log = useRef();
  const isAtEnd = useRef(true);
  const [seen, setSeen] = useState(0);
  const toEnd = () => log.current.scrollTop = log.current.scrollHeight;
  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = log.current;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
    setSeen(history.count);
  };
  useLayoutEffect(() => {
    if (isAtEnd.current) toEnd();
  });
  // A phone's keyboard, or a turn of the phone, makes the log another size.
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => isAtEnd.current && toEnd());
    observer.observe(log.current);
    return () => observer.disconnect();
  }, []);
  const missing = isAtEnd.current ? 0 : history.count - seen;
  return html`
    <div class="log" role="log" aria-label=${texts.log} tabindex="0" ref=${log} onScroll=${onScroll}>
      ${history.pages.map((page) => html`<${Page} key=${page.key} page=${page} language=${language} />`)}
      ${isIn && !history.hasWords && html`<p class="empty">${texts.empty} ${texts.commands}</p>`}
      ${outbox.lines.map(({ line }, i) => html`<${Waiting} key=${i} line=${line} texts=${texts} />`)}
    </div>
    ${missing > 0 && html`
      <button type="button" class="main more" onClick=${toEnd}>↓ ${texts.newLines(missing)}</button>
    `}
  `;
}

/** Lines that are drawn together, and only again if there are more of them. */
class Page extends Component {
  #drawn = 0;

  shouldComponentUpdate({ page, language }) {
    return page.entries.length !== this.#drawn || language !== this.props.language;
  }

  render({ page, language }) {
    this.#drawn = page.entries.length;
    const entries = page.entries.map((entry) => html`<${Entry} entry=${entry} language=${language} />`);
    return html`<div class="page">${entries}</div>`;
  }
}

function Entry({ entry, language }) {
  const { nick, to, text, isAction, isPrivate, isOwn, isLost, isRefused, isFirst, time } = entry;
  if (nick === undefined) {
    const text = noticeText(entry, language);
    // The columns of an answer to /help.
    const kind = entry.note === "in" ? "place" : /\S {2,}\S/.test(text) ? "columns" : "";
    return html`
      <p class="entry told ${kind}"><span class="text">${text}</span><${Time} time=${time} /></p>
    `;
  }
  const texts = TEXTS[language];
  const kind = [
    isOwn && "own",
    isPrivate && "private",
    isAction && "action",
    isFirst && "first",
    (isLost || isRefused) && "lost",
  ].filter(Boolean).join(" ");
  const note = isLost && texts.lost || isRefused && texts.refused ||
    isPrivate && isFirst && (isOwn ? texts.privateTo(to) : texts.private);
  return html`
    <p class="entry ${kind}">
      <b class="nick tint-${tintOf(nick)}">${nick}<span class="unseen">${isAction ? " " : ": "}</span></b>
      <${Time} time=${time} />
      ${note && html`<span class="mark">${note}</span>`}
      <span class="text">${text}</span>
    </p>
  `;
}

const Time = ({ time }) => time && html`<time>${time}</time>`;

/** What was typed and is not taken yet. */
function Waiting({ line, texts }) {
  const { text } = spokenIn(line) ?? { text: line };
  return html`<p class="entry waiting"><span class="text">${
    visible(text)
  }</span><span class="mark">${texts.waiting}</span></p>`;
}

/** How many colours nicks have. */
const TINTS = 6;

/** Each nick has always the same colour. */
function tintOf(nick) {
  let sum = 0;
  for (const character of nick) sum = (sum * 31 + character.codePointAt(0)) % 65_521;
  return sum % TINTS;
}
