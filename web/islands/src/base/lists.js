/* Lists by keyboard: J and K move a row mark, Enter opens, X selects; marks survive a swap. */

const LISTS = 'table.wl, table[data-list]';

/** Keep the marked row and the bulk bar right when a partial is swapped. */
export function startLists() {
  document.addEventListener('htmx:beforeSwap', remember);
  document.addEventListener('htmx:afterSwap', restore);
  document.addEventListener('change', onPick);
}

let marked = '';

function remember() {
  marked = document.querySelector('tr.cur')?.id || '';
}

function restore() {
  if (marked && !document.querySelector('tr.cur')) document.getElementById(marked)?.classList.add('cur');
  countPicks();
}

/** The rows of the page's first list that carry a link. */
export function rows() {
  const list = document.querySelector(LISTS);
  return list ? [...list.querySelectorAll('tbody tr')].filter((row) => row.querySelector('a[href]')) : [];
}

/** The marked row, if any. */
export function currentRow() {
  return rows().find((row) => row.classList.contains('cur')) || null;
}

/** Move the mark by STEP rows and bring the row into view. */
export function moveRow(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains('cur'));
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  all[at]?.classList.remove('cur');
  all[to].classList.add('cur');
  all[to].scrollIntoView({ block: 'nearest' });
  rowLink(all[to])?.focus({ preventScroll: true });
}

/** The link a row opens: that of its title, else the first. */
export function rowLink(row) {
  return row.querySelector('td.t a[href]') || row.querySelector('a[href]');
}

/** Tick or untick the marked row. */
export function pickRow() {
  const box = currentRow()?.querySelector('input[type=checkbox]');
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event('change', { bubbles: true }));
}

function onPick(event) {
  const box = event.target;
  if (!box.matches?.(`:is(${LISTS}) input[type=checkbox]`)) return;
  if (box.closest('thead')) {
    box.closest('table').querySelectorAll('tbody input[type=checkbox]:not(:disabled)').forEach((each) => {
      each.checked = box.checked;
    });
  }
  countPicks();
}

function countPicks() {
  const boxes = [...document.querySelectorAll(`:is(${LISTS}) tbody input[type=checkbox]`)];
  boxes.forEach((box) => box.closest('tr').classList.toggle('sel', box.checked));
  const count = boxes.filter((box) => box.checked).length;
  document.querySelectorAll('[data-bulk]').forEach((bar) => {
    bar.hidden = count === 0;
    bar.querySelectorAll('[data-bulk-count]').forEach((place) => {
      place.textContent = String(count);
    });
  });
}
