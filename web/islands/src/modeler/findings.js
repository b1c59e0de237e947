/* The server's findings: badges on the elements and a list whose rows jump to them. */
import { el } from '../lib/dom.js';
import { language } from '../lib/page.js';
import { t } from '../lib/i18n.js';
import { slot } from '../studio/slots.js';

const RANK = { error: 0, warning: 1, info: 2 };
const WORD = { error: '错误', warning: '提醒', info: '信息' };
const TAG = { error: 'tg.x', warning: 'tg.y', info: 'tg' };

export class Findings {
  constructor({ tool, options }) {
    this.tool = tool;
    this.place = slot('findings', document.querySelector('[data-island="modeler"]'));
    this.file = options.fileName || '';
    this.rows = [];
    this.at = -1;
  }

  /** Show ROWS ({code, severity, element, name, zh, en, repair, file}). */
  show(rows) {
    this.rows = [...rows].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
    this.at = Math.min(this.at, this.rows.length - 1);
    this.badges();
    this.list();
  }

  badges() {
    const overlays = this.tool.get('overlays');
    const canvas = this.tool.get('canvas');
    overlays.remove({ type: 'finding' });
    this.tool.get('elementRegistry').forEach((each) => {
      canvas.removeMarker(each, 'f-error');
      canvas.removeMarker(each, 'f-warning');
    });
    const byElement = Map.groupBy ? Map.groupBy(this.rows, (row) => row.element) : group(this.rows);
    for (const [id, rows] of byElement) this.badge(overlays, canvas, id, rows);
  }

  badge(overlays, canvas, id, rows) {
    const element = this.tool.get('elementRegistry').get(id);
    const worst = rows[0].severity;
    if (!element || worst === 'info') return;
    canvas.addMarker(element, `f-${worst}`);
    const text = rows.map((row) => this.text(row)).join('\n');
    const html = el(`button.bdg${worst === 'error' ? '.x' : '.y'}`, { type: 'button', title: text, 'aria-label': text, onclick: () => this.jump(this.rows.indexOf(rows[0])) }, String(rows.length));
    const position = element.waypoints ? { top: -22, left: 0 } : { top: -9, right: 9 };
    if (element.parent) overlays.add(element, 'finding', { position, html });
  }

  text(row) {
    return (language() === 'en' ? row.en : row.zh) || row.zh || row.code;
  }

  list() {
    const counts = ['error', 'warning', 'info'].map((kind) => {
      const count = this.rows.filter((row) => row.severity === kind).length;
      return el(`span.${count ? TAG[kind] : 'tg'}`, {}, `${t(WORD[kind])} ${count}`);
    });
    const head = el('header', {}, el('h2', {}, t('检查')), ...counts, el('span.rt', { data: { slot: 'check-state' } }, ''), el('span.rt', {}, t('发布以服务器检查为准')));
    const body = this.rows.length ? this.table() : el('div.empty-s', {}, t('没有发现问题。'));
    this.place.replaceChildren(head, body);
  }

  table() {
    const headings = ['级别', '元素', '问题', '怎么改'].map((word) => el('th', { scope: 'col' }, t(word)));
    const rows = this.rows.map((row, index) => {
      const known = this.tool.get('elementRegistry').get(row.element);
      const name = row.name || row.element || row.file;
      const place = known ? el('button.bt.s.t', { type: 'button', onclick: () => this.jump(index) }, name) : name;
      return el(`tr${index === this.at ? '.sel' : ''}`, {},
        el('td', {}, el(`span.${TAG[row.severity]}`, {}, t(WORD[row.severity]))), el('td', {}, place),
        el('td.w', { title: row.code }, this.text(row)), el('td.w', {}, row.repair || ''));
    });
    return el('table.tb', {}, el('thead', {}, el('tr', {}, ...headings)), el('tbody', {}, ...rows));
  }

  /** Go to finding number INDEX: select its element, centre it, mark the row. */
  jump(index) {
    const row = this.rows[index];
    const element = row && this.tool.get('elementRegistry').get(row.element);
    this.at = index;
    this.list();
    if (!element) return;
    this.tool.get('canvas').scrollToElement?.(element, { top: 80, right: 80, bottom: 80, left: 80 });
    this.tool.get('selection').select(element);
  }

  /** F8. */
  next() {
    if (this.rows.length) this.jump((this.at + 1) % this.rows.length);
  }
}

function group(rows) {
  const map = new Map();
  rows.forEach((row) => map.set(row.element, [...(map.get(row.element) || []), row]));
  return map;
}
