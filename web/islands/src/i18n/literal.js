/* Look-up behind the build-time literals: the Chinese text, or the library's own English. */
import table from './literals.json';
import { language } from '../lib/page.js';

const flat = Object.assign({}, ...Object.values(table));

/** Translate one literal TEXT of a library. */
export function literal(text) {
  return language() === 'en' ? text : (flat[text] ?? text);
}
