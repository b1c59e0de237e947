/* Test rows under the table: inputs go to the server's engine, its answer comes back. */
import { el } from '../lib/dom.js';
import { send } from '../lib/http.js';
import { t } from '../lib/i18n.js';
import { toastProblem } from '../lib/toast.js';

export class TestGrid {
  constructor(options) {
    this.options = options;
    this.place = document.querySelector('[data-slot="tests"]');
  }

  /** Build one row of inputs: options.testInputs is [{name, label, type}]. */
  start() {
    if (!this.place) return;
    this.fields = (this.options.testInputs || []).map((input) => [input, el('input.in.s', { type: 'text', 'aria-label': input.label || input.name })]);
    this.out = el('tbody');
    const run = el('button.bt.o.s', { type: 'button', onclick: () => this.run() }, t('试算'));
    const heads = this.fields.map(([input]) => el('th', { scope: 'col' }, input.label || input.name));
    const table = el('table.tb', {},
      el('thead', {}, el('tr', {}, ...heads, el('th', { scope: 'col' }, t('命中行')), el('th', { scope: 'col' }, t('结果')), el('th', {}))),
      el('tbody', {}, el('tr', {}, ...this.fields.map(([, field]) => el('td', {}, field)), el('td'), el('td'), el('td', {}, run))),
      this.out);
    this.place.replaceChildren(el('header', {}, el('h2', {}, t('试算')), el('span.rt', {}, t('由服务器引擎计算，用已保存的表'))), table);
  }

  async run() {
    const variables = Object.fromEntries(this.fields.map(([input, field]) => [input.name, typed(field.value, input.type)]));
    try {
      const { data } = await send(this.options.testUrl, { method: 'POST', json: { variables } });
      const cells = this.fields.map(([input]) => el('td', {}, String(variables[input.name] ?? '')));
      this.out.prepend(el('tr', {}, ...cells, el('td.mono', {}, (data.matchedRules || []).join('、') || t('无')), el('td.mono', {}, JSON.stringify(data.result)), el('td')));
    } catch (error) {
      if (!error.problem) throw error;
      toastProblem(error.problem);
    }
  }
}

function typed(text, type) {
  const plain = text.trim();
  if (plain === '') return null;
  if (type === 'number' && Number.isFinite(Number(plain))) return Number(plain);
  if (type === 'boolean') return plain === 'true' || plain === '是';
  return plain;
}
