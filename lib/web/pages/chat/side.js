import { Component, html } from "../preact.js";
import { TEXTS } from "./texts.js";

/** Who and where we are, which rooms there are, and who else is here; drawn again only if something of that changes. */
export class Side extends Component {
  shouldComponentUpdate({ revision, language }) {
    return revision !== this.props.revision || language !== this.props.language;
  }

  render({ talk, language, whisper }) {
    const texts = TEXTS[language];
    // The server says how many are in a room when it is asked; who is here is known at once.
    const here = [talk.room, talk.names.size];
    const rooms = [...new Map([here, ...talk.rooms, here])];
    const others = [...talk.names].filter((name) => name !== talk.nick).sort();
    return html`
      <section>
        <h2>${texts.you}</h2>
        <${NameForm} key=${talk.nick} name=${texts.newName} value=${talk.nick} button=${texts.change}
          onName=${(nick) => nick !== talk.nick && talk.say(`/nick ${nick}`)} />
      </section>
      <section>
        <h2>${texts.room}</h2>
        <ul>
          ${rooms.map(([room, count]) =>
            html`
              <li key=${room}>
                <button type="button" class="row" aria-current=${room === talk.room && "true"}
                  onClick=${() => room !== talk.room && talk.say(`/join ${room}`)}>
                  <span>${room}</span><span class="count">${count}</span>
                </button>
              </li>
            `
          )}
        </ul>
        <${NameForm} name=${texts.newRoom} button=${texts.go} onName=${(room) => talk.say(`/join ${room}`)} />
      </section>
      <section>
        <h2>${texts.people}</h2>
        <ul>
          ${others.map((nick) =>
            html`
              <li key=${nick}>
                <button type="button" class="row" title=${texts.whisper(nick)} onClick=${() =>
                  whisper(nick)}>${nick}</button>
              </li>
            `
          )}
          <li class="row self">${talk.nick}</li>
        </ul>
      </section>
    `;
  }
}

function NameForm({ name, value = "", button, onName }) {
  const onSubmit = (event) => {
    event.preventDefault();
    const field = event.target.elements.name;
    // A space ends a word of a command.
    const given = field.value.trim().replaceAll(/\s+/g, "-");
    if (given) onName(given);
    field.value = value;
    field.blur();
  };
  return html`
    <form class="naming" onSubmit=${onSubmit}>
      <input name="name" aria-label=${name} placeholder=${name} defaultValue=${value} maxlength="24"
        required
        autocomplete="off" autocapitalize="off" spellcheck=${false} />
      <button>${button}</button>
    </form>
  `;
}
