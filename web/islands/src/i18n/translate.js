/* The translate service of all canvases: one dictionary, unknown keys are collected in tests. */
import base from 'bpmn-js-i18n/translations/zn.js';
import canvas from './canvas.json';
import { inTest, language } from '../lib/page.js';
import { fill } from '../lib/i18n.js';

const missing = new Set();

/** Make a translate function over DICTIONARIES; the later ones win. */
export function translator(...dictionaries) {
  const table = Object.assign({}, ...dictionaries);
  return function translate(template, replacements = {}) {
    if (typeof template !== 'string') return template;
    if (language() === 'en') return fill(template, replacements);
    const found = table[template];
    if (found === undefined && inTest() && /[A-Za-z]{2}/.test(template) && !/[\u4e00-\u9fff]/.test(template)) note(template);
    return fill(found ?? template, replacements);
  };
}

function note(template) {
  missing.add(template);
  document.body.dataset.untranslated = JSON.stringify([...missing]);
}

/** The module for canvases without a panel. */
export const translateModule = { translate: ['value', translator(base, canvas)] };
export const canvasDictionary = { ...base, ...canvas };
