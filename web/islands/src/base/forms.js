/* Helpers of plain pages: live counts, confirmation, one submit, print, search after composition. */
import { clearFields } from './fields.js';
import { codePoints, composing, debounce } from '../lib/dom.js';
import { confirmAct } from '../lib/dialog.js';
import { t } from '../lib/i18n.js';

const SEARCH_WAIT_MS = 250;

/** Start the helpers; they listen on the document, so swapped partials need nothing. */
export function startForms() {
  document.addEventListener('input', onInput);
  document.addEventListener('submit', onSubmit, true);
  document.addEventListener('click', onPhrase);
  document.addEventListener('click', (event) => event.target.closest?.('[data-print]') && window.print());
  document.querySelectorAll('textarea[data-count]').forEach(showCount);
  startSearch();
}

function onInput(event) {
  if (event.target.matches?.('textarea[data-count]')) showCount(event.target);
  if (event.target.getAttribute?.('aria-invalid') && event.target.form) clearFields(event.target.form);
}

function showCount(area) {
  const place = document.getElementById(area.dataset.count);
  if (!place) return;
  const count = codePoints(area.value.trim());
  const least = Number(area.dataset.min || 0);
  place.textContent = least ? t('{n} 字，至少 {min} 字', { n: count, min: least }) : t('{n} 字', { n: count });
  place.classList.toggle('bad', count < least);
}

/* A phrase button inserts its text into the named field; it never submits. */
function onPhrase(event) {
  const button = event.target.closest?.('button[data-phrase-for]');
  if (!button) return;
  const area = document.getElementById(button.dataset.phraseFor);
  if (!area) return;
  area.setRangeText(button.dataset.phrase || button.textContent.trim(), area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new Event('input', { bubbles: true }));
  area.focus();
}

async function onSubmit(event) {
  const form = event.target;
  if (form.dataset.sent === '1') {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  const text = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (text && form.dataset.confirmed !== '1') {
    event.preventDefault();
    event.stopPropagation();
    await askThenSubmit(form, event.submitter, text);
    return;
  }
  delete form.dataset.confirmed;
  if (!form.matches('[hx-post], [hx-put], [hx-get], [method="get" i], [method="dialog"]') && form.method === 'post') {
    form.dataset.sent = '1';
  }
}

async function askThenSubmit(form, submitter, text) {
  const label = submitter?.textContent.trim() || t('提交');
  const agreed = await confirmAct({ title: label, text, label, danger: Boolean(submitter?.matches('.d, .dp')) });
  if (!agreed) return;
  form.dataset.confirmed = '1';
  form.requestSubmit(submitter || undefined);
}

/* Search boxes fire 'search-ready' when the input method is done and typing paused. */
function startSearch() {
  const fire = debounce((box) => box.dispatchEvent(new CustomEvent('search-ready', { bubbles: true })), SEARCH_WAIT_MS);
  document.addEventListener('compositionend', (event) => event.target.matches?.('[data-search]') && fire(event.target));
  document.addEventListener('input', (event) => {
    if (event.target.matches?.('[data-search]') && !composing(event)) fire(event.target);
  });
  window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent));
}
