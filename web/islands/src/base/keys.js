/* Keyboard of a page: rows, search, submit, help. Off while typing or composing. */
import { composing, el, typing } from '../lib/dom.js';
import { openDialog } from '../lib/dialog.js';
import { t } from '../lib/i18n.js';
import { currentRow, moveRow, pickRow, rowLink } from './lists.js';

/** Listen for the keys of lists and forms. */
export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (composing(event) || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submitForm(event);
    else if (!event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) plainKey(event);
  });
}

function submitForm(event) {
  const form = event.target.closest?.('form') || document.querySelector('form[data-main]');
  const button = form?.querySelector('button.p[type=submit], button.p:not([type])');
  if (!form || (button && button.disabled)) return;
  event.preventDefault();
  form.requestSubmit(button || undefined);
}

function plainKey(event) {
  const acts = {
    j: () => moveRow(1),
    k: () => moveRow(-1),
    x: pickRow,
    '/': focusSearch,
    '?': showHelp,
    Enter: openRow,
  };
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || onCanvas(event.target)) return;
  if (act() !== false) event.preventDefault();
}

/* The designers have their own keys. */
function onCanvas(target) {
  return Boolean(target.closest?.('[data-island="modeler"], [data-island="dmn"], [data-island="formedit"]'));
}

function openRow() {
  if (document.activeElement?.matches('a, button, summary')) return false;
  const link = currentRow() && rowLink(currentRow());
  if (!link) return false;
  link.click();
  return true;
}

function focusSearch() {
  const box = document.querySelector('[data-search]');
  if (!box) return false;
  box.focus();
  box.select?.();
  return true;
}

function showHelp() {
  const keys = [
    ['J', t('下一行')],
    ['K', t('上一行')],
    ['Enter', t('打开')],
    ['X', t('选择')],
    ['/', t('搜索')],
    ['Ctrl Enter', t('提交')],
    ['Ctrl S', t('保存')],
    ['F8', t('下一个问题')],
    ['?', t('全部快捷键')],
  ];
  const list = el('dl.keys', {}, ...keys.flatMap(([key, text]) => [el('dt', {}, el('kbd', {}, key)), el('dd', {}, text)]));
  openDialog({ title: t('快捷键'), body: [list] });
}
