// Runs the passkey ceremonies of a page (Web Authentication Level 3), posts the page that goes back to a client, and shows local times.
'use strict';

const noPasskeys = 'This browser has no passkeys. Use a current version of Chrome, Edge, Firefox or Safari.';
const failed = 'That did not work. Try again.';
const renewAfter = 4 * 60 * 1000;

class Refusal extends Error {}

async function post(address, body) {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));

    throw new Refusal(problem.detail ?? failed);
  }

  return response.status === 204 ? null : response.json();
}

class Ceremony {
  constructor(form) {
    this.form = form;
    this.isCreation = form.dataset.kind === 'create';
    this.button = form.querySelector('button');
    this.message = form.querySelector('.message');
    this.pending = null;
    this.button.disabled = false;
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.run();
    });
  }

  // A new ceremony ends the pending one: a browser runs one at a time.
  async request(mediation) {
    this.pending?.abort();
    const { signal } = this.pending = new AbortController();
    const { ceremony, options } = await post(this.form.dataset.options, {});
    signal.throwIfAborted();
    const credential = this.isCreation
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options), signal })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), mediation, signal });

    return { ceremony, credential: credential.toJSON() };
  }

  async run(mediation) {
    if (!mediation) {
      this.say('');
      this.button.disabled = true;
    }

    try {
      const answer = await this.request(mediation);
      this.button.disabled = true;
      await post(this.form.dataset.answer, answer);
      location.assign(this.form.dataset.next);

      return;
    } catch (error) {
      if (error.name === 'AbortError') {
        return;
      }

      // Closing the list of the text field is no failure.
      if (!(mediation && error.name === 'NotAllowedError')) {
        this.say(Ceremony.explain(error));
      }
    }

    this.button.disabled = false;

    if (this.hasAutofill && !mediation) {
      this.run('conditional');
    }
  }

  // Offers passkeys in the list of the text field. The challenge is renewed before it expires.
  async offer() {
    if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) {
      return;
    }

    this.hasAutofill = true;
    this.form.querySelector('[data-autofill]').hidden = false;
    this.run('conditional');
    setInterval(() => document.hidden || this.button.disabled || this.run('conditional'), renewAfter);
    document.addEventListener('visibilitychange', () => document.hidden || this.button.disabled || this.run('conditional'));
  }

  say(text) {
    this.message.textContent = text;
  }

  static explain(error) {
    if (error instanceof Refusal) {
      return error.message;
    }

    switch (error.name) {
      case 'NotAllowedError':
        return 'No passkey was used. Try again.';
      case 'InvalidStateError':
        return 'This device already has a passkey for this account.';
      case 'NotSupportedError':
      case 'ConstraintError':
        return 'This device cannot make a passkey with a screen lock, fingerprint or PIN. Use another device.';
      case 'SecurityError':
        return 'Passkeys do not work at this address. Open the page at the address that you were given.';
      default:
        return failed;
    }
  }
}

for (const form of document.querySelectorAll('form.ceremony')) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    form.querySelector('.message').textContent = noPasskeys;
    continue;
  }

  const ceremony = new Ceremony(form);

  if (form.querySelector('[data-autofill]')) {
    ceremony.offer();
  }
}

for (const time of document.querySelectorAll('time')) {
  time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

document.querySelector('form[data-submit]')?.submit();
