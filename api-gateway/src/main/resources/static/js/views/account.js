// The account: name, address, time zone, password, and which share of one's typing may count as flow.

import { account, accountChanged } from '../account.js';
import { Problem, changePassword, get, send } from '../api.js';
import { Feed } from '../feed.js';
import { element } from '../format.js';
import { ACCOUNT } from './texts.js';

const INTERVAL_MS = 600_000;
const RETRY_MS = 15_000;
const SENSITIVITY_STEP = 0.05;

export class Account {
  #parts = page();
  #email = null;
  #stopped = false;

  constructor() {
    const of = this.#parts;
    this.feed = new Feed({
      cards: { 'account-card': 'The account', 'flow-card': 'The setting' },
      load: async () => {
        const [held, preferences] = await Promise.all([account(), get('/api/account/preferences')]);
        return { held, preferences };
      },
      show: (loaded) => this.#show(loaded),
      intervalMs: INTERVAL_MS,
      retryMs: RETRY_MS,
    });
    of.email.oninput = () => { of.confirm.hidden = of.email.value.trim() === this.#email; };
    of.profile.onsubmit = (event) => this.#submit(event, of.profile, of.profileResult, () => this.#saveProfile());
    of.password.onsubmit = (event) => this.#submit(event, of.password, of.passwordResult, async () => {
      await changePassword(of.current.value, of.next.value);
      of.password.reset();
      return ACCOUNT.passwordChanged;
    });
    of.sensitivity.oninput = () => this.#say(Number(of.sensitivity.value));
    of.sensitivity.onchange = (event) => this.#submit(event, of.flow, of.flowResult, async () => {
      const { sensitivity } = await send('PATCH', '/api/account/preferences', {
        sensitivity: Number(of.sensitivity.value),
      });
      this.#say(sensitivity);
      return ACCOUNT.saved;
    });
    of.flow.onsubmit = (event) => event.preventDefault();
  }

  stop() {
    this.#stopped = true;
    this.feed.stop();
    for (const form of [this.#parts.profile, this.#parts.password]) form.reset();
    for (const card of this.#parts.cards) card.remove();
  }

  #show({ held, preferences }) {
    const of = this.#parts;
    // What is being edited stays as it is.
    if (of.profile.contains(document.activeElement) || of.flow.contains(document.activeElement)) return;
    this.#email = held.email ?? '';
    of.email.value = this.#email;
    of.emailField.hidden = held.email === undefined; // an account of another issuer
    of.confirm.hidden = true;
    of.name.value = held.name ?? '';
    if (![...of.zone.options].some(({ value }) => value === held.time_zone)) {
      of.zone.append(element('option', { value: held.time_zone }, held.time_zone));
    }
    of.zone.value = held.time_zone;
    of.sensitivity.value = String(preferences.sensitivity);
    this.#say(preferences.sensitivity);
  }

  async #saveProfile() {
    const of = this.#parts;
    const email = of.email.value.trim();
    const isOther = !of.emailField.hidden && email !== this.#email;
    const changed = await send('PATCH', '/api/account', {
      name: of.name.value.trim() || null,
      timezone: of.zone.value,
      ...(isOther ? { email, current_password: of.confirmPassword.value } : {}),
    });
    this.#email = changed.email ?? '';
    of.confirm.hidden = true;
    of.confirmPassword.value = '';
    accountChanged(changed);
    return ACCOUNT.saved;
  }

  #say(sensitivity) {
    const text = ACCOUNT.share(Math.round(30 + 40 * sensitivity));
    this.#parts.sensitivity.setAttribute('aria-valuetext', text);
    this.#parts.share.textContent = text;
  }

  /** Sends a form once at a time, and shows the outcome next to it. */
  async #submit(event, form, result, request) {
    event.preventDefault();
    if (form.getAttribute('aria-busy') === 'true') return;
    form.setAttribute('aria-busy', 'true');
    result.textContent = ACCOUNT.saving;
    result.classList.remove('problem');
    try {
      const text = await request();
      if (!this.#stopped) result.textContent = text;
    } catch (problem) {
      if (this.#stopped) return;
      result.classList.add('problem');
      const title = problem.title && problem.title !== problem.message ? `${problem.title}. ` : '';
      result.textContent = problem instanceof Problem ? `${title}${problem.message}` : ACCOUNT.failed;
      form.querySelector(`[name="${CSS.escape(problem.field ?? '')}"]`)?.focus();
    } finally {
      form.removeAttribute('aria-busy');
    }
  }
}

/** Builds the cards, and returns their parts. */
function page() {
  const input = (id, attributes) => element('input', { id, ...attributes });
  const field = (label, control, ...more) => element('p', { class: 'field' },
    element('label', { for: control.id }, label), control, ...more);
  const secret = (id, name, autocomplete) => input(id, { name, type: 'password', autocomplete, maxlength: '128' });
  const result = () => element('p', { class: 'result', role: 'status' });
  const of = {
    name: input('account-name', { name: 'name', autocomplete: 'name', maxlength: '100' }),
    email: input('account-email', {
      name: 'email', type: 'email', autocomplete: 'username', spellcheck: 'false', maxlength: '254',
    }),
    confirmPassword: secret('account-confirm', 'current_password', 'current-password'),
    zone: element('select', { id: 'account-zone', name: 'timezone' },
      ...zones().map((zone) => element('option', { value: zone }, zone.replaceAll('_', ' ')))),
    current: secret('password-current', 'current_password', 'current-password'),
    next: secret('password-next', 'new_password', 'new-password'),
    sensitivity: input('sensitivity', { type: 'range', min: '0', max: '1', step: String(SENSITIVITY_STEP) }),
    share: element('p', { id: 'sensitivity-share' }),
    profileResult: result(), passwordResult: result(), flowResult: result(),
  };
  of.emailField = field(ACCOUNT.email, of.email);
  of.confirm = field(ACCOUNT.confirm, of.confirmPassword);
  of.confirm.hidden = true;
  const show = element('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, ACCOUNT.show);
  show.onclick = () => {
    const isShown = of.next.type === 'password';
    for (const one of [of.current, of.next]) one.type = isShown ? 'text' : 'password';
    show.setAttribute('aria-pressed', String(isShown));
  };
  const send = (text) => element('button', { type: 'submit', class: 'main' }, text);
  of.profile = element('form', { 'data-body': '', novalidate: '', id: 'account-form' },
    field(ACCOUNT.name, of.name), of.emailField, of.confirm, field(ACCOUNT.zone, of.zone),
    element('p', { class: 'buttons' }, send(ACCOUNT.save)), of.profileResult);
  of.password = element('form', { novalidate: '', id: 'password-form' },
    element('input', { type: 'text', autocomplete: 'username', hidden: '' }),
    field(ACCOUNT.current, of.current), field(ACCOUNT.next, of.next),
    element('p', { class: 'hint' }, ACCOUNT.passwordHint),
    element('p', { class: 'buttons' }, send(ACCOUNT.change), show), of.passwordResult);
  of.flow = element('form', { 'data-body': '', novalidate: '' },
    field(ACCOUNT.sensitivity, of.sensitivity), of.share, element('p', { class: 'hint' }, ACCOUNT.flowHint),
    of.flowResult);
  const card = (id, title, content, attributes = {}) => element('section', {
    class: 'card', id, 'aria-labelledby': `${id}-title`, ...attributes,
  }, element('h2', { id: `${id}-title` }, title), content);
  of.cards = [
    element('div', { class: 'pair' }, card('account-card', ACCOUNT.title, of.profile),
      card('password-card', ACCOUNT.password, of.password, { 'data-state': 'idle' })),
    card('flow-card', ACCOUNT.flow, of.flow),
  ];
  document.getElementById('history-card').before(...of.cards);
  return of;
}

function zones() {
  const all = Intl.supportedValuesOf?.('timeZone') ?? [];
  return all.includes('UTC') ? all : ['UTC', ...all];
}
