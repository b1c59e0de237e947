/* Our own texts: Chinese is the source, English comes from the dictionary. */
import en from '../i18n/en.json';
import { language } from './page.js';

/** Translate our Chinese TEXT for the page's language and fill {names}. */
export function t(text, params = {}) {
  const found = language() === 'en' ? en[text] || text : text;
  return fill(found, params);
}

/** Replace {name} in TEMPLATE by params.name; unknown names stay. */
export function fill(template, params) {
  return template.replace(/\{([^}]+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}
