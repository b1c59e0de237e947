/* Chinese validation messages and the checks of our own field types in the browser.
 * The server repeats every check; the browser's word is never trusted. */
import { evidenceItems } from './fields/evidence.js';
import { t } from '../lib/i18n.js';
import { language } from '../lib/page.js';

const REQUIRED = 'Field is required.';
const PATTERNS = [
  [/^Field is required\.$/, () => '必须填写。'],
  [/^Value is not a number\.$/, () => '应填数字。'],
  [/^Value is expected to be an integer\.$/, () => '应填整数。'],
  [/^Value is expected to have at most (\d+) decimal digits?\.$/, (m) => `小数最多 ${m[1]} 位。`],
  [/^Please select a valid value, the two nearest valid values are (.+) and (.+)\.$/, (m) => `应填 ${m[1]} 或 ${m[2]}。`],
  [/^Field must match pattern (.+)\.$/, () => '格式不符合要求。'],
  [/^Field must have minimum value of (.+)\.$/, (m) => `不能小于 ${m[1]}。`],
  [/^Field must have maximum value of (.+)\.$/, (m) => `不能大于 ${m[1]}。`],
  [/^Field must have minimum length of (.+)\.$/, (m) => `至少 ${m[1]} 个字。`],
  [/^Field must have maximum length of (.+)\.$/, (m) => `最多 ${m[1]} 个字。`],
  [/^Field must be a valid {2}international phone number\..*$/, () => '电话号码不正确，请带国家代码，例如 +86。'],
  [/^Field must be a valid email\.$/, () => '电子邮箱不正确。'],
  [/^(Min|Max) validation value is not a valid number\.$/, () => '表单的上下限设置有误，请告诉流程管理员。'],
];

/** Say MESSAGE of the form library in Chinese; an unknown text stays as it is. */
export function sayInChinese(message) {
  if (language() === 'en') return message;
  for (const [pattern, text] of PATTERNS) {
    const match = pattern.exec(message);
    if (match) return text(match);
  }
  return message;
}

/** What is wrong with VALUE of one of our own field types. */
export function ownErrors(field, value) {
  if (field.type === 'evidence') return missingEvidence(field, value);
  if (field.type === 'signature' && value?.name && !value.confirmed && !value.at) return [t('请勾选确认。')];
  if (field.type === 'division' && value?.code && field.minLevel) return tooCoarse(field, value);
  return [];
}

function missingEvidence(field, value) {
  const files = value || [];
  const items = evidenceItems(field);
  // As on the page: the line without a code holds what no other line does.
  const named = (each) => items.some((other) => other.code && other.code === each.code);
  const have = (code) => files.filter((each) => (code ? each.code === code : !named(each))).length;
  const errors = items
    .filter((item) => have(item.code || '') < (item.min ?? 1))
    .map((item) => t('缺 {label}，至少 {min} 件。', { label: [item.code, item.label === item.code ? '' : item.label].filter(Boolean).join(' '), min: item.min ?? 1 }));
  if (!errors.length && field.min > files.length) errors.push(t('共至少 {min} 件，已交 {n} 件。', { min: field.min, n: files.length }));
  return field.validate?.required && !field.requiredNow ? errors : [];
}

/* Levels by length of a division code: 2 province, 4 prefecture, 6 county, 9 town. */
function tooCoarse(field, value) {
  const parts = [/^\d{2}0000$/, /^\d{4}00$/, /^\d{6}$/, /^\d{9}$/];
  const level = parts.findIndex((each) => each.test(value.code)) + 1;
  const words = { province: 1, prefecture: 2, county: 3, town: 4 };
  const least = words[field.minLevel] || Number(field.minLevel) || 0;
  return level && level < least ? [t('请选到更细的一级。')] : [];
}

class Messages {
  constructor(validator, formFieldRegistry) {
    const original = validator.validateFieldInstance.bind(validator);
    validator.validateFieldInstance = (instance, value) => {
      const field = formFieldRegistry.get(instance.id);
      const found = original(instance, value);
      // What only a condition requires is marked here and refused by the server alone.
      const left = field?.requiredNow ? found.filter((each) => each !== REQUIRED) : found;
      const plain = left.map(sayInChinese);
      const own = field ? ownErrors(field, value) : [];
      return field?.type === 'evidence' && own.length ? own : [...plain, ...own];
    };
  }
}
Messages.$inject = ['validator', 'formFieldRegistry'];

/** Wrap the validator of a form. */
export const messagesModule = { __init__: ['shouhuMessages'], shouhuMessages: ['type', Messages] };
