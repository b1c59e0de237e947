/* The date picker in Chinese; works because form-js and we share one flatpickr. */
import flatpickr from 'flatpickr';
import { Mandarin } from 'flatpickr/dist/l10n/zh.js';
import { language } from './page.js';

/** Set the language of all date pickers of the page. */
export function localiseDates() {
  if (language() === 'zh') flatpickr.localize({ ...Mandarin, firstDayOfWeek: 1 });
}
