/* Marks of a case on its diagram: colour and line by marker classes, counts by badges. */
import { el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

const KINDS = ['done', 'cancelled', 'returned', 'current', 'incident', 'added', 'removed', 'changed'];

class StateMarks {
  constructor(canvas, elementRegistry, overlays) {
    this.canvas = canvas;
    this.registry = elementRegistry;
    this.overlays = overlays;
  }

  /**
   * Show STATE: {elements: {id: {marks: [...], running, done, overdue, returned, incidents}},
   * flows: {id: 'done' | 'returned'}}. Unknown ids are skipped: an older version may lack them.
   */
  show(state) {
    for (const [id, facts] of Object.entries(state.elements || {})) this.mark(id, facts);
    for (const [id, kind] of Object.entries(state.flows || {})) {
      if (this.registry.get(id) && KINDS.includes(kind)) this.canvas.addMarker(id, `m-${kind}`);
    }
  }

  mark(id, facts) {
    const element = this.registry.get(id);
    if (!element) return;
    for (const kind of facts.marks || []) {
      if (KINDS.includes(kind)) this.canvas.addMarker(id, `m-${kind}`);
    }
    const badges = badgesOf(facts);
    if (!badges.length) return;
    this.overlays.add(id, 'state', { position: { top: -10, right: -6 }, html: el('div.bdgs', {}, ...badges) });
  }
}
StateMarks.$inject = ['canvas', 'elementRegistry', 'overlays'];

function badgesOf(facts) {
  const rows = [
    ['running', '', t('在办 {n}', { n: facts.running })],
    ['overdue', '.y', t('超期 {n}', { n: facts.overdue })],
    ['returned', '.returned', t('退回 {n}', { n: facts.returned })],
    ['incidents', '.x', t('异常 {n}', { n: facts.incidents })],
    ['done', '.done', t('已办 {n}', { n: facts.done })],
  ];
  return rows
    .filter(([key]) => facts[key] > 0)
    .map(([key, style, text]) => el(`span.bdg${style}`, { title: text }, key === 'done' && facts.done === 1 ? '✓' : short(key, facts[key])));
}

/* The shape of a badge has a sign as well, so that colour is never alone. */
function short(key, count) {
  return { running: `● ${count}`, overdue: `▲ ${count}`, returned: `↩ ${count}`, incidents: `! ${count}`, done: `✓ ${count}` }[key];
}

export const marksModule = { __init__: ['stateMarks'], stateMarks: ['type', StateMarks] };
