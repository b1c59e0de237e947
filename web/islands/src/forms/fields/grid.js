/* 明细表 grid: an editable table, list of objects; arrows move, pasted spreadsheet cells fill. */
import { composing } from '../../lib/dom.js';
import { t } from '../../lib/i18n.js';
import { ENTRIES, Frame, fresh, html, useEffect, useRef, useRowErrors, useState } from './kit.js';

const MAX_ROWS = 2000;
const PAGE = 50; // rows shown at once: 2,000 rows are 20,000 inputs, more than a browser likes

/** Cells of a pasted block: rows by newline, columns by tab, quoted cells may hold both. */
export function parseBlock(text) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  const body = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  for (let at = 0; at < body.length; at += 1) {
    const char = body[at];
    if (quoted && char === '"' && body[at + 1] === '"') { cell += '"'; at += 1; }
    else if (quoted && char === '"') quoted = false;
    else if (quoted) cell += char;
    else if (char === '"' && cell === '') quoted = true;
    else if (char === '\t' || char === '\n') {
      rows.at(-1).push(cell);
      cell = '';
      if (char === '\n') rows.push([]);
    } else cell += char;
  }
  rows.at(-1).push(cell);
  return rows;
}

/** What a column holds, whichever way its type is written: number, date, boolean, choice, text. */
export function cellKind(column) {
  if (optionsOf(column).length) return 'choice';
  if (column.type === 'number' || column.type === 'integer') return 'number';
  if (column.type === 'date' || (column.type === 'datetime' && column.subtype === 'date')) return 'date';
  return 'text';
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/; // as the server writes a moment: local time with its offset

const YES_NO = [{ value: true, label: '是' }, { value: false, label: '否' }];

function optionsOf(column) {
  if (column.type === 'checkbox' || column.type === 'boolean') return column.options?.length ? column.options : YES_NO;
  return column.options || column.values || [];
}

/** Read TEXT as a value of COLUMN; {value} or {value, bad: reason}. Nothing typed is lost. */
export function readCell(column, text) {
  const plain = text.trim();
  if (plain === '') return { value: null };
  const readers = { number: readNumber, date: readDate, choice: readChoice, text: () => ({ value: plain }) };
  return readers[cellKind(column)](plain, column);
}

function readNumber(plain) {
  const number = Number(plain.replaceAll(',', ''));
  return Number.isFinite(number) ? { value: number } : { value: plain, bad: t('不是数') };
}

function readDate(plain) {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(plain);
  if (!match) return { value: plain, bad: t('不是日期') };
  return { value: `${match[1]}-${match[2].padStart(2, '0')}-${match[3].padStart(2, '0')}` };
}

function readChoice(plain, column) {
  const option = optionsOf(column).find((each) => String(each.value) === plain || each.label === plain);
  return option ? { value: option.value } : { value: plain, bad: t('不在可选范围') };
}

function badCell(column, value) {
  if (value === null || value === undefined || value === '') return column.required ? t('必填') : '';
  return readCell(column, String(value)).bad || '';
}

export function GridField(props) {
  const { field, value, domId, disabled, readonly, onChange } = props;
  const columns = field.columns || [];
  const rows = Array.isArray(value) ? value : [];
  const locked = disabled || readonly;
  const refused = useRowErrors(field.key);
  const table = useRef(null);
  const [note, setNote] = useState('');
  const [before, setBefore] = useState(null); // the rows as they were before one was removed

  const most = field.maxRows || MAX_ROWS;
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  const [turned, setTurned] = useState(0);
  const page = Math.min(turned, pages - 1);
  const from = page * PAGE;
  const turnTo = (row) => setTurned(Math.floor(row / PAGE));
  useEffect(() => {
    if (refused.length) turnTo(refused[0].row - 1);
  }, [refused]);

  const put = (next) => { setBefore(null); onChange({ value: next }); };
  const remove = (index) => {
    put(rows.filter((_, each) => each !== index));
    setBefore(rows);
    setNote(t('已删除第 {n} 行', { n: index + 1 }));
  };
  const undo = () => { put(before); setNote(''); };
  const setCell = (row, column, text) => {
    put(rows.map((each, index) => (index === row ? { ...each, [column.key]: readCell(column, text).value } : each)));
  };
  const cellAt = (row, col) => table.current?.querySelector(`[data-cell="${row}:${col}"]`);
  const focus = (row, col) => {
    if (cellAt(row, col)) cellAt(row, col).focus();
    else if (row >= 0 && row < rows.length) {
      turnTo(row);
      setTimeout(() => cellAt(row, col)?.focus());
    }
  };
  const onKey = (event, row, col) => {
    if (composing(event)) return;
    const move = { ArrowDown: [1, 0], ArrowUp: [-1, 0], Enter: [1, 0] }[event.key];
    if (!move || (event.target.tagName === 'SELECT' && event.key !== 'Enter')) return;
    event.preventDefault();
    focus(row + move[0], col + move[1]);
  };
  const onPaste = (event, row, col) => {
    const text = event.clipboardData.getData('text/plain');
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const block = parseBlock(text);
    const { next, bad, lost } = fillBlock({ rows, columns, block, row, col, most });
    put(next);
    setNote(t('粘贴 {rows} 行 × {cols} 列；{bad} 格需要改正', { rows: block.length, cols: block[0].length, bad })
      + (lost ? t('；{n} 格超出表格或只读，未粘贴', { n: lost }) : ''));
  };
  const reason = (row, column) => {
    const server = refused.find((each) => each.row === row + 1 && (!each.column || each.column === column.key));
    return server?.detail || badCell(column, rows[row][column.key]);
  };

  const nextBad = () => {
    const wrong = (row) => columns.some((column) => reason(row, column));
    const order = rows.map((_, row) => (from + PAGE + row) % rows.length);
    const row = order.find(wrong);
    if (row === undefined) setNote(t('没有需要改正的格'));
    else focus(row, columns.findIndex((column) => reason(row, column)));
  };

  return html`<${Frame} ...${props} type="grid">
    <div class="grw" ref=${table} id=${domId} tabindex="-1"><table aria-labelledby=${`${domId}-label`}>
      <thead><tr><th scope="col">${t('行')}</th>${columns.map((column) => html`<th scope="col" key=${column.key}
        class=${column.required ? 'req' : ''}>${column.label || column.key}</th>`)}${!locked && html`<th></th>`}</tr></thead>
      <tbody>${rows.slice(from, from + PAGE).map((row, shift) => [row, from + shift]).map(([row, index]) => html`<tr key=${index}><td class="num">${index + 1}</td>
        ${columns.map((column, col) => html`<${Cell} key=${column.key} column=${column} value=${row[column.key]} locked=${locked}
          cell=${`${index}:${col}`} reason=${reason(index, column)} label=${`${column.label || column.key} ${index + 1}`}
          onSet=${(text) => setCell(index, column, text)} onKey=${(event) => onKey(event, index, col)}
          onPaste=${(event) => onPaste(event, index, col)} />`)}
        ${!locked && html`<td class="rm"><button type="button" class="bt s t" aria-label=${t('删除第 {n} 行', { n: index + 1 })}
          onClick=${() => remove(index)}>×</button></td>`}</tr>`)}${!rows.length && html`<tr><td class="muted" colspan=${columns.length + 2}>${t('没有记录')}</td></tr>`}</tbody>
      ${columns.some((column) => column.sum) && html`<tfoot><tr><td>${t('合计')}</td>${columns.map((column) => html`<td key=${column.key}
        class="r">${column.sum ? total(rows, column.key) : ''}</td>`)}${!locked && html`<td></td>`}</tr></tfoot>`}
    </table></div>
    ${pages > 1 && html`<div class="row-s mt8" role="group" aria-label=${t('翻页')}>
      <button type="button" class="bt s" disabled=${page === 0} onClick=${() => setTurned(page - 1)}>${t('上一页')}</button>
      <button type="button" class="bt s" disabled=${page === pages - 1} onClick=${() => setTurned(page + 1)}>${t('下一页')}</button>
      ${!locked && html`<button type="button" class="bt s t" onClick=${nextBad}>${t('下一处待改')}</button>`}
      <span class="help">${t('第 {from} 至 {to} 行，共 {n} 行', { from: from + 1, to: Math.min(from + PAGE, rows.length), n: rows.length })}</span></div>`}
    ${!locked && html`<div class="row-s mt8"><button type="button" class="bt s" disabled=${rows.length >= most}
      onClick=${() => { put([...rows, {}]); turnTo(rows.length); }}>${t('增加一行')}</button>
      <button type="button" class="bt s t" disabled=${!rows.length} onClick=${() => copyOut(rows, columns)}>${t('复制全部')}</button>
      <span class="help">${t('可从表格软件粘贴')}</span></div>`}
    <div class="help" role="status">${note}${before && html` <button type="button" class="bt s t" onClick=${undo}>${t('撤销')}</button>`}</div>
  </${Frame}>`;
}

function Cell({ column, value, locked, cell, reason, label, onSet, onKey, onPaste }) {
  const kind = cellKind(column);
  const fixed = locked || column.readonly;
  const classes = [kind === 'number' ? 'num' : '', reason ? 'x' : ''].join(' ').trim();
  const shared = { 'data-cell': cell, 'aria-label': label, 'aria-invalid': Boolean(reason), title: reason || undefined, disabled: fixed };
  if (kind === 'choice' && !fixed) {
    return html`<td class=${classes}><select ...${shared} value=${String(value ?? '')} onKeyDown=${onKey} onPaste=${onPaste}
      onChange=${(event) => onSet(event.target.value)}><option value=""></option>
      ${optionsOf(column).map((each) => html`<option key=${String(each.value)} value=${String(each.value)}>${each.label}</option>`)}</select></td>`;
  }
  if (fixed) { // read as a whole: an input would cut long reasons off
    return html`<td class=${classes} title=${reason || undefined}><div class="said" data-cell=${cell} tabindex="-1">${shown(column, value)}</div></td>`;
  }
  return html`<td class=${classes}><input ...${shared} type="text" inputmode=${kind === 'number' ? 'decimal' : undefined}
    value=${shown(column, value)} onKeyDown=${onKey} onPaste=${onPaste} onChange=${(event) => onSet(event.target.value)} /></td>`;
}

function shown(column, value) {
  const option = optionsOf(column).find((each) => each.value === value);
  if (option) return option.label;
  return typeof value === 'string' && MOMENT.test(value) ? value.slice(0, 16).replace('T', ' ') : (value ?? '');
}

function fillBlock({ rows, columns, block, row, col, most }) {
  const next = rows.map((each) => ({ ...each }));
  let bad = 0;
  let lost = 0;
  block.forEach((cells, dy) => {
    cells.forEach((text, dx) => {
      const column = columns[col + dx];
      if (!column || column.readonly || row + dy >= most) { lost += 1; return; }
      next[row + dy] ||= {};
      const read = readCell(column, text);
      next[row + dy][column.key] = read.value;
      if (read.bad) bad += 1;
    });
  });
  return { next, bad, lost };
}

/* Sums in whole cents of a cent, so that 0.1 + 0.2 shows 0.3. */
function total(rows, key) {
  const sum = rows.reduce((all, row) => all + (typeof row[key] === 'number' ? Math.round(row[key] * 10000) : 0), 0);
  return String(sum / 10000);
}

function copyOut(rows, columns) {
  const lines = [columns.map((each) => each.label || each.key), ...rows.map((row) => columns.map((each) => shown(each, row[each.key])))];
  navigator.clipboard?.writeText(lines.map((line) => line.join('\t')).join('\n'));
}

GridField.config = {
  type: 'grid',
  keyed: true,
  name: '明细表',
  label: '明细表',
  group: 'basic-input',
  emptyValue: null,
  propertiesPanelEntries: ENTRIES,
  sanitizeValue: ({ value }) => (Array.isArray(value) ? value : null),
  create: fresh({
    label: '明细表',
    columns: [{ key: 'item', label: '事项', type: 'textfield' }, { key: 'amount', label: '数量', type: 'number', sum: true }],
  }),
};
