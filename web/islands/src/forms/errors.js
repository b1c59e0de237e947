/* Show refusals: a linked summary on top and the same words at the field. */
import { el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { toastProblem } from '../lib/toast.js';

/** Remove summary, field marks and row marks of the last try. */
export function clearErrors(acts) {
  acts.element.parentElement.querySelectorAll('.errsum').forEach((node) => node.remove());
  acts.opinion?.area.removeAttribute('aria-invalid');
  Object.keys(acts.rowErrors).forEach((key) => delete acts.rowErrors[key]);
}

/**
 * Show ERRORS of the browser ({field id: texts}) and ROWS of the server
 * ([{field, detail, row?, column?}]); PROBLEM adds its title and number.
 */
export function showErrors(acts, errors, rows, problem = null) {
  const { form } = acts;
  const registry = form.get('formFieldRegistry');
  const merged = structuredClone(errors);
  const lines = Object.keys(errors).map((id) => line(acts, registry.get(id), flat(errors[id]).join(' ')));
  for (const row of rows) {
    if (row.field === 'opinion' && acts.opinion) {
      acts.opinion.area.setAttribute('aria-invalid', 'true');
      lines.push(summaryLine(row.detail, () => acts.opinion.area.focus()));
      continue;
    }
    const field = findField(form, row.field || '');
    if (field) addTo(acts, merged, field, row);
    lines.push(line(acts, field, row.detail));
  }
  form._setState({ errors: merged });
  if (problem?.status === 409) lines.push(...loser(acts, problem));
  else if (problem?.status === 422 && !lines.length) lines.push(el('li', {}, problem.detail || ''));
  if (problem && !(problem.status === 422 && lines.length)) toastProblem(problem); // it covers the buttons
  if (!lines.length) return;
  const title = problem?.title || t('有 {n} 处需要改正', { n: lines.length });
  const box = el('div.note.x.errsum', { role: 'alert', tabIndex: -1 }, el('b', {}, title), el('ul', {}, ...lines));
  acts.element.before(box);
  box.querySelector('a')?.focus();
  box.scrollIntoView({ block: 'nearest' });
}

/* Somebody acted first: the typed opinion stays, and the newest state is one click away. */
function loser(acts, problem) {
  const text = acts.opinion?.value() || '';
  const copy = text ? el('button.bt.s', { type: 'button', onclick: () => navigator.clipboard?.writeText(text) }, t('复制我的意见')) : null;
  const open = el('a', { href: acts.options.caseUrl || location.href, target: '_blank', rel: 'noopener' }, t('在新标签页查看最新状态'));
  return [el('li', {}, problem.detail || ''), el('li', {}, el('span.row-s', {}, open, copy))];
}

function addTo(acts, merged, field, row) {
  if (row.row !== undefined && row.row !== null) {
    (acts.rowErrors[field.key] ||= []).push({ row: row.row, column: row.column, detail: row.detail });
  }
  const text = row.row ? t('第 {row} 行：{detail}', row) : row.detail;
  merged[field.id] = [...flat(merged[field.id] || []), text];
}

/* Errors of repeated fields are nested by index. */
function flat(value) {
  if (Array.isArray(value)) return value.flatMap(flat);
  return value && typeof value === 'object' ? Object.values(value).flatMap(flat) : [value].filter(Boolean);
}

/** The field whose value path is PATH: a.b, a[2].b and a.2.b are read alike. */
export function findField(form, path) {
  const plain = path.replace(/^data\./, '').replace(/\[\d+\]|\.\d+(?=\.|$)/g, '');
  const paths = form.get('pathRegistry');
  const all = form.get('formFieldRegistry').getAll();
  const exact = all.find((field) => field.key && (paths.getValuePath(field, { indexes: {} }) || []).join('.') === plain);
  return exact || all.find((field) => field.key === plain || field.key === plain.split('.')[0]) || null;
}

function line(acts, field, detail) {
  if (!field) return el('li', {}, detail);
  const label = field.label ? `${field.label}：` : '';
  return summaryLine(`${label}${detail}`, () => focusField(acts, field));
}

function summaryLine(text, go) {
  return el('li', {}, el('a', { href: '#', onclick: (event) => {
    event.preventDefault();
    go();
  } }, text));
}

function focusField(acts, field) {
  const form = acts.element.querySelector('.fjs-container');
  const node = form?.querySelector(`[id$="-${CSS.escape(field.id)}"], [id*="-${CSS.escape(field.id)}-"]`);
  node?.focus();
  node?.scrollIntoView({ block: 'center' });
}
