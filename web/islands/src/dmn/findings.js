/* Findings of a table file: a list; a row opens the decision it belongs to. */
import { el } from '../lib/dom.js';
import { language } from '../lib/page.js';
import { t } from '../lib/i18n.js';

const WORD = { error: '错误', warning: '提醒', info: '信息' };
const TAG = { error: 'tg.x', warning: 'tg.y', info: 'tg' };

export class FileFindings {
  constructor(jump) {
    this.jump = jump;
    this.rows = [];
    this.at = -1;
  }

  /** Show ROWS in the page's findings slot, if it has one. */
  show(rows) {
    this.rows = rows;
    const place = document.querySelector('[data-slot="findings"]');
    if (!place) return;
    const head = el('header', {}, el('h2', {}, t('检查')), el('span.rt', { data: { slot: 'check-state' } }, ''), el('span.rt', {}, t('发布以服务器检查为准')));
    const body = rows.length
      ? el('table.tb', {}, el('tbody', {}, ...rows.map((row, index) => this.row(row, index))))
      : el('div.empty-s', {}, t('没有发现问题。'));
    place.replaceChildren(head, body);
  }

  row(row, index) {
    const text = (language() === 'en' ? row.en : row.zh) || row.zh || row.code;
    return el('tr', {},
      el('td', {}, el(`span.${TAG[row.severity]}`, {}, t(WORD[row.severity]))),
      el('td', {}, el('button.bt.s.t', { type: 'button', onclick: () => this.go(index) }, row.name || row.element || row.file)),
      el('td.w', { title: row.code }, text), el('td.w', {}, row.repair || ''));
  }

  go(index) {
    this.at = index;
    this.jump(this.rows[index].element);
  }

  next() {
    if (this.rows.length) this.go((this.at + 1) % this.rows.length);
  }
}
