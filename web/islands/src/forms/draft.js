/* Keeps what was typed on the server: every 20 seconds while dirty, on Ctrl+S and 暂存. */
import { send } from '../lib/http.js';
import { t } from '../lib/i18n.js';
import { toastProblem } from '../lib/toast.js';

const EVERY_MS = 20_000;
const IDLE_MS = 2_000; // a form with computed fields is saved this long after the last change
const QUIET_MS = 500; // fields report what was typed a moment later; do not write over it

export class Draft {
  constructor({ form, options, acts }) {
    this.form = form;
    this.url = options.draftUrl;
    this.etag = options.draftEtag || options.draft?.etag || '';
    this.acts = acts;
    this.dirty = false;
    this.sent = false;
    form.on('field.updated', () => this.touch());
    form.on('changed', (event) => this.watch(event.data));
    this.seen = JSON.stringify(form._getState().data);
    this.computes = JSON.stringify(options.schema || {}).includes('"computed"');
    this.typed = 0;
    acts.element.addEventListener('input', () => { this.typed = Date.now(); });
    window.addEventListener('beforeunload', (event) => {
      if (this.dirty && !this.sent) event.preventDefault();
    });
    if (this.url) setInterval(() => this.save(false), EVERY_MS);
  }

  watch(data) {
    const now = JSON.stringify(data);
    if (now !== this.seen) this.touch();
    this.seen = now;
  }

  /** Something was typed. */
  touch() {
    if (!this.acts.draft) return;
    this.dirty = true;
    if (!this.computes) return;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.save(false), IDLE_MS);
  }

  /** Show what the server computed, once nobody is typing; newer input asks again by itself. */
  show(computed) {
    if (!computed || this.dirty || this.sent) return;
    if (Date.now() - this.typed < QUIET_MS) {
      setTimeout(() => this.show(computed), QUIET_MS);
      return;
    }
    const data = this.form._getState().data;
    const next = { ...data, ...computed };
    if (JSON.stringify(next) === JSON.stringify(data)) return;
    this.seen = JSON.stringify(next);
    this.form._setState({ data: next });
  }

  /** The act is done: leaving the page needs no warning any more. */
  done() {
    this.sent = true;
    this.dirty = false;
  }

  /** Save if there is something to save; FORCED also says so when there is not. */
  async save(forced) {
    if (!this.url || this.sent || (!this.dirty && !forced)) return;
    if (this.saving) {
      this.idle = setTimeout(() => this.save(forced), QUIET_MS);
      return;
    }
    this.saving = true;
    const json = {
      data: this.form._getState().data,
      opinion: this.acts.opinion?.value() || '',
      outcome: this.acts.chosen?.value || null,
    };
    this.dirty = false;
    try {
      const { data, etag } = await send(this.url, { method: 'PUT', json, headers: { 'If-Match': this.etag || '*' } });
      this.etag = etag || this.etag;
      this.show(data?.computed);
      this.say(data?.savedAt ? t('草稿已保存 {time}', { time: data.savedAt.slice(11, 16) }) : t('草稿已保存'));
    } catch (error) {
      if (!error.problem) throw error;
      this.dirty = true;
      this.say(t('草稿未保存：{detail}', { detail: error.problem.detail || error.problem.title }));
      if (forced) toastProblem(error.problem);
    } finally {
      this.saving = false;
    }
  }

  say(text) {
    document.querySelectorAll('[data-slot="draft-state"]').forEach((place) => {
      place.textContent = text;
    });
  }
}
