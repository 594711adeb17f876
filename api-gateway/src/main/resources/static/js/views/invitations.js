// Invitations to teams: accept with the code from the team's lead, or decline.

import { Problem, get, send } from '../api.js';
import { Feed } from '../feed.js';
import { element } from '../format.js';
import { LOCALE } from '../locale.js';

const INTERVAL_MS = 600_000;
const RETRY_MS = 60_000;

const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long' });

export class Invitations {
  #rows = element('ol', { class: 'rows', 'data-body': '', 'aria-labelledby': 'invitations-title' });
  #code = element('input', {
    id: 'invitation-code', autocomplete: 'off', spellcheck: 'false', maxlength: '64', required: '',
  });
  #form = element('form', { class: 'choices', 'data-body': '', novalidate: '' },
    element('label', { for: 'invitation-code' }, 'Code from your team\'s lead'), this.#code,
    element('button', { type: 'submit' }, 'Accept'));
  #status = element('p', { role: 'status' });
  #card = element('section', {
    class: 'card', id: 'invitations', 'data-testid': 'invitations', 'aria-labelledby': 'invitations-title',
  }, element('h2', { id: 'invitations-title' }, 'Invitations'), this.#rows, this.#form, this.#status);

  /** @param onJoined is called when the user has joined a team */
  constructor(onJoined) {
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      this.#attempt(async () => {
        const team = await send('POST', '/api/invitations/accept', { code: this.#code.value.trim() });
        this.#form.reset();
        onJoined();
        return `You joined ${team.name}.`;
      });
    };
    document.getElementById('team').after(this.#card);
    this.feed = new Feed({
      cards: { invitations: 'Invitations' },
      load: () => get('/api/invitations'),
      show: ({ invitations }) => this.#rows.replaceChildren(...invitations.map((one) => this.#row(one))),
      empty: ({ invitations }) => ({ invitations: invitations.length ? '' : 'No open invitations.' }),
      intervalMs: INTERVAL_MS,
      retryMs: RETRY_MS,
    });
  }

  stop() {
    this.feed.stop();
    this.#card.remove();
  }

  #row(invitation) {
    const button = element('button', { type: 'button', class: 'quiet' }, 'Decline');
    const words = `To a team, as ${invitation.role}`;
    button.setAttribute('aria-label', `Decline the invitation of ${day.format(new Date(invitation.created_at))}`);
    button.onclick = () => this.#attempt(async () => {
      await send('POST', `/api/invitations/${invitation.invitation_id}/decline`, {});
      return 'Invitation declined.';
    });
    return element('li', {}, element('span', { class: 'title' }, words), element('span', { class: 'amount' }, button),
      element('span', { class: 'more' },
        `Until ${day.format(new Date(invitation.expires_at))}. Its code identifies the team.`));
  }

  async #attempt(what) {
    let words;
    try {
      words = await what();
    } catch (problem) {
      words = problem instanceof Problem ? problem.message : 'This page failed. Reload it.';
    }
    await this.feed.refresh();
    this.#status.textContent = words;
  }
}
