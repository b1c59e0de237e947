/* Sends one act; the key changes after a refusal, never after a lost answer. */
import { Refused, newKey, send } from '../lib/http.js';

export class Sender {
  constructor(options) {
    this.options = options;
    this.key = options.idempotencyKey || newKey();
  }

  /** POST the act; a repeat after a network failure carries the same key. */
  async send(outcome, opinion, data) {
    const url = outcome.url || this.options.submitUrl;
    const json = {
      expectedVersion: this.options.expectedVersion,
      outcome: outcome.value,
      opinion,
      data,
      ...this.options.extra,
      ...outcome.extra,
    };
    try {
      this.answer = await send(url, { method: 'POST', json, headers: { 'Idempotency-Key': this.key } });
    } catch (error) {
      if (error instanceof Refused && error.status >= 400 && error.status < 500) this.key = newKey();
      throw error;
    }
    return this.answer;
  }

  /** Go where the server or the page says. */
  leave() {
    const to = this.answer.data?.location || this.options.doneUrl;
    if (to) location.assign(to);
    else location.reload();
  }
}
