/* Keeps an edited document: PUT with If-Match, autosave, leave warning, server check. */
import { el, debounce } from '../lib/dom.js';
import { openDialog } from '../lib/dialog.js';
import { send } from '../lib/http.js';
import { t } from '../lib/i18n.js';
import { toastProblem } from '../lib/toast.js';
import { say } from './slots.js';

const AUTOSAVE_MS = 60_000;
const CHECK_WAIT_MS = 1_200;

export class Keeper {
  /** OPTIONS: saveUrl, etag, checkUrl, compareUrl; READ gives the text; TYPE its media type. */
  constructor({ options, type, read, onfindings = () => {} }) {
    Object.assign(this, { options, type, read, onfindings });
    this.etag = options.etag || '';
    this.dirty = false;
    this.locked = false;
    this.running = null;
    this.checkSoon = debounce(() => this.check(), CHECK_WAIT_MS);
    window.addEventListener('beforeunload', (event) => this.dirty && event.preventDefault());
    setInterval(() => this.dirty && this.save(false), AUTOSAVE_MS);
  }

  /** The document was changed. */
  changed() {
    this.dirty = true;
    say('draft-state', t('未保存'));
    this.checkSoon();
  }

  /** Save now; resolve true if the server has what is shown. One save at a time. */
  async save(forced) {
    if (this.running) await this.running;
    if (this.locked || !this.options.saveUrl) return false;
    if (!this.dirty && !forced) return true;
    this.running = this.put(forced);
    const done = await this.running;
    this.running = null;
    return done;
  }

  async put(forced) {
    const body = await this.read();
    this.dirty = false;
    try {
      const { data, etag } = await send(this.options.saveUrl, { method: 'PUT', body, type: this.type, headers: { 'If-Match': this.etag } });
      this.etag = etag || data?.etag || this.etag;
      say('draft-state', data?.savedAt ? t('已保存 {time}', { time: data.savedAt.slice(11, 16) }) : t('已保存'));
      if (data?.findings) this.take(data.findings);
      return true;
    } catch (error) {
      if (!error.problem) throw error;
      this.dirty = true;
      this.refused(error, forced);
      return false;
    }
  }

  refused(error, forced) {
    const { problem } = error;
    say('draft-state', t('未保存：{title}', problem));
    if (error.status === 412) this.offerCompare(problem);
    else if (error.status === 423) this.lock(problem);
    else if (error.status === 422 && problem.findings) this.take(problem.findings);
    else if (forced) toastProblem(problem);
  }

  /* Somebody else saved first: nothing is overwritten, the user compares. */
  offerCompare(problem) {
    if (document.querySelector('dialog[open]')) return;
    const buttons = [el('button.bt.o', { type: 'button', onclick: () => this.download() }, t('下载我的修改'))];
    const url = problem.compareUrl || this.options.compareUrl;
    if (url) buttons.push(el('a.bt.p', { href: url, target: '_blank', rel: 'noopener' }, t('比较两个版本')));
    openDialog({ title: t('保存冲突'), body: [el('p', {}, problem.detail)], buttons });
  }

  async download() {
    const text = await this.read();
    const link = el('a', { href: `data:${this.type};charset=utf-8,${encodeURIComponent(text)}`, download: this.options.fileName || 'draft.txt' });
    link.click();
  }

  lock(problem) {
    this.locked = true;
    document.querySelectorAll('[data-act="save"]').forEach((button) => {
      button.disabled = true;
    });
    toastProblem(problem);
  }

  /** Ask the server to check what is shown; help, not a gate. */
  async check() {
    if (!this.options.checkUrl) return;
    try {
      const { data } = await send(this.options.checkUrl, { method: 'POST', body: await this.read(), type: this.type });
      this.take(data.findings || []);
    } catch (error) {
      if (!error.problem) throw error;
      if (error.problem.findings) this.take(error.problem.findings);
      else say('check-state', t('未检查：{detail}', { detail: error.problem.detail || error.problem.title }));
    }
  }

  take(rows) {
    say('check-state', '');
    this.onfindings(rows);
    const errors = rows.filter((row) => row.severity === 'error').length;
    document.querySelectorAll('[data-act="publish"]').forEach((control) => {
      control.dataset.label ||= control.textContent.trim();
      control.textContent = errors ? t('发布：先改 {n} 个错误', { n: errors }) : control.dataset.label;
      control.setAttribute('aria-disabled', String(errors > 0));
      if ('disabled' in control) control.disabled = errors > 0;
    });
  }
}
