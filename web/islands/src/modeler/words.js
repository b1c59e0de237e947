/* Chinese words of the enumerated values of the gov: vocabulary. */
import { language } from '../lib/page.js';
import words from '../i18n/gov.json';

/** The word for VALUE of the attribute SPEC names; the raw value if there is none. */
export function label(spec, value) {
  if (language() === 'en') return value;
  const own = words[`${spec.childType || spec.holder?.$type || spec.ext || ''}.${spec.name}`];
  return own?.[value] || words['*'][value] || value;
}
