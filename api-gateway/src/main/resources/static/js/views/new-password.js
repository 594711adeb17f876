// A new password in place of a forgotten one, by a link that works once.

import { Problem, resetPassword } from '../api.js';
import { element } from '../format.js';
import { NEW_PASSWORD } from './texts.js';

/**
 * Shows the form.
 *
 * @param secret of the link
 * @param onDone is called once the user is signed in with the new password
 */
export function showNewPassword(secret, onDone) {
  const input = element('input', {
    id: 'new-password', type: 'password', autocomplete: 'new-password', required: '', minlength: '8', maxlength: '128',
    'aria-describedby': 'new-password-hint new-password-problem',
  });
  const show = element('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, NEW_PASSWORD.show);
  const problem = element('p', { class: 'problem', id: 'new-password-problem', role: 'alert' });
  const form = element('form', { class: 'card', novalidate: '' },
    element('h1', { id: 'new-password-view-title', tabindex: '-1' }, NEW_PASSWORD.title),
    element('label', { for: 'new-password' }, NEW_PASSWORD.label), input,
    element('p', { class: 'hint', id: 'new-password-hint' }, NEW_PASSWORD.hint), problem,
    element('div', { class: 'buttons' },
      element('button', { type: 'submit', class: 'main' }, NEW_PASSWORD.save), show));
  show.onclick = () => {
    const isShown = input.type === 'password';
    input.type = isShown ? 'text' : 'password';
    show.setAttribute('aria-pressed', String(isShown));
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (form.getAttribute('aria-busy') === 'true') return;
    form.setAttribute('aria-busy', 'true');
    problem.textContent = '';
    try {
      await resetPassword(secret, input.value);
      form.remove();
      onDone();
    } catch (reason) {
      problem.textContent = reason instanceof Problem ? reason.message : NEW_PASSWORD.failed;
      input.focus();
    } finally {
      form.removeAttribute('aria-busy');
    }
  };
  document.getElementById('new-password-view').replaceChildren(form);
  input.focus();
}
