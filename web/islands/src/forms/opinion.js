/* The opinion box with its count and phrases, and the choice among outcomes. */
import { codePoints, el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

let serial = 0;

/** Build the opinion block, or null if neither opinion nor a reason is asked for. */
export function opinionBlock(options, text, onchange) {
  const wanted = options.opinion || options.outcomes?.some((each) => each.reasonMin);
  if (!wanted) return null;
  const spec = options.opinion || {};
  serial += 1;
  const id = `opinion-${serial}`;
  const area = el('textarea.in', { id, rows: 3, value: text, 'aria-describedby': `${id}-count`, oninput: () => changed() });
  const count = el('span.cnt', { id: `${id}-count` });
  const phrases = (spec.phrases || []).map((each) => el('button', { type: 'button', onclick: () => insert(each) }, each));
  let least = 0;

  function insert(phrase) {
    area.setRangeText(phrase, area.selectionStart, area.selectionEnd, 'end');
    area.focus();
    changed();
  }

  function changed() {
    show();
    onchange();
  }

  function show() {
    const length = codePoints(area.value.trim());
    count.textContent = least ? t('{n} 字，至少 {min} 字', { n: length, min: least }) : t('{n} 字', { n: length });
    count.classList.toggle('bad', length < least);
  }

  show();
  const node = el(
    'div',
    {},
    el('label.lab', { htmlFor: id }, spec.label || t('意见')),
    phrases.length ? el('div.ph.mb8', {}, ...phrases) : null,
    area,
    el('div.help', {}, count, spec.hint ? `。${spec.hint}` : ''),
  );
  return {
    node,
    area,
    value: () => area.value,
    need(min) {
      least = min;
      show();
    },
  };
}

/** The outcomes as one segmented choice; CHOOSE is called with the picked one. */
export function outcomeChoice(outcomes, chosen, choose) {
  serial += 1;
  const name = `outcome-${serial}`;
  const labels = outcomes.map((each) => {
    const input = el('input', { type: 'radio', name, value: each.value, checked: each === chosen, onchange: () => choose(each) });
    return el('label', {}, input, each.label);
  });
  return el('div.row-s.mb8', { role: 'radiogroup', 'aria-label': t('办理结果') }, el('div.seg', {}, ...labels));
}
