// Invitations into teams to one's own address: accepted with the code that the team's lead passed on, or declined. A card of its own, which
// is there while there are any.

import { Problem, get, send } from './api.js';
import { element } from './format.js';

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });

export class Invitations {
  #stopped = false;
  #rows = element('ol', { class: 'rows', 'aria-labelledby': 'invitations-title' });
  #code = element('input', { id: 'invitation-code', autocomplete: 'off', spellcheck: 'false', maxlength: '64', required: '' });
  #form = element('form', { class: 'choices', novalidate: '' },
    element('label', { for: 'invitation-code' }, 'Code from your team\'s lead'), this.#code, element('button', { type: 'submit' }, 'Accept'));
  #status = element('p', { role: 'status' });
  #card = element('section', { class: 'card', hidden: '', 'data-testid': 'invitations', 'aria-labelledby': 'invitations-title' },
    element('h2', { id: 'invitations-title' }, 'Invitations'), this.#rows, this.#form, this.#status);

  constructor() {
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      this.#attempt(async () => {
        const team = await send('POST', '/api/invitations/accept', { code: this.#code.value.trim() });
        this.#form.reset();
        return `You joined ${team.name}.`;
      });
    };
    document.getElementById('team').before(this.#card);
    this.#load();
  }

  stop() {
    this.#stopped = true;
    this.#card.remove();
  }

  async #load() {
    const invitations = await get('/api/invitations').then((found) => found.invitations, () => null);
    if (this.#stopped || invitations === null) return;
    this.#form.hidden = invitations.length === 0;
    this.#card.hidden = invitations.length === 0 && this.#status.textContent === '';
    this.#rows.replaceChildren(...invitations.map((one) => this.#row(one)));
  }

  #row(invitation) {
    const button = element('button', { type: 'button', class: 'quiet' }, 'Decline');
    const words = `Into a team, as ${invitation.role}`;
    button.setAttribute('aria-label', `Decline the invitation of ${day.format(new Date(invitation.created_at))}`);
    button.onclick = () => this.#attempt(async () => {
      await send('POST', `/api/invitations/${invitation.invitation_id}/decline`, {});
      return 'The invitation is declined.';
    });
    return element('li', {}, element('span', { class: 'title' }, words), element('span', { class: 'amount' }, button),
      element('span', { class: 'more' }, `Until ${day.format(new Date(invitation.expires_at))}. Its code says which team it is.`));
  }

  async #attempt(what) {
    try {
      this.#status.textContent = await what();
    } catch (problem) {
      this.#status.textContent = problem instanceof Problem ? problem.message : 'Something went wrong on this page.';
    }
    await this.#load();
  }
}
