/* Short messages at the foot: errors stay, success goes after ten seconds. */
import { el } from './dom.js';
import { t } from './i18n.js';

const SUCCESS_MS = 10_000;

function host() {
  let box = document.querySelector('.toasts');
  if (!box) {
    box = el('div.toasts', { role: 'status', 'aria-live': 'polite' });
    document.body.append(box);
  }
  return box;
}

/** Show a success with an optional link {href, label}. */
export function toastOk(title, detail = '', link = null) {
  const node = card('toast-s.ok', title, detail, link ? [el('a', { href: link.href }, link.label)] : []);
  setTimeout(() => node.remove(), SUCCESS_MS);
  return node;
}

/** Show a refusal: title, one sentence, and its copyable number. */
export function toastProblem(problem) {
  const extra = [];
  if (problem.requestId) {
    extra.push(
      el('button.bt.s.t', { type: 'button', onclick: () => navigator.clipboard?.writeText(problem.requestId) }, t('复制编号')),
      el('span.mono', {}, problem.requestId),
    );
  }
  return card('toast-s', problem.title, problem.detail || '', extra);
}

function card(spec, title, detail, extra) {
  const node = el(
    `div.${spec}`,
    {},
    el('div.row-s', {}, el('b', {}, title), el('button.bt.s.t.ml', { type: 'button', onclick: () => node.remove() }, t('关闭'))),
    detail ? el('div', {}, detail) : null,
    extra.length ? el('div.row-s', {}, ...extra) : null,
  );
  host().append(node);
  return node;
}
