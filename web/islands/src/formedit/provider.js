/* Options of our own field types in the form editor: columns, evidence lines, limits. */
import htm from 'htm';
import { h } from 'preact';
import { t } from '../lib/i18n.js';

/* The editor carries its own copy of the panel and does not export it; a second copy would bring
 * a second preact, whose hooks fail. So these entries are plain, in the panel's classes. */
const html = htm.bind(h);

const TEXT = {
  division: [['rootCode', '限定区划', '区划代码，只能选它的下级']],
  reference: [['register', '登记表', '登记表的名称']],
  signature: [['confirmLabel', '确认文字', '']],
};
const CHOICE = {
  division: ['minLevel', '至少选到', [['', '不限'], ['province', '省'], ['prefecture', '设区市'], ['county', '县'], ['town', '乡镇']]],
  orgUnit: ['multiple', '可选多个', [['', '否'], ['yes', '是']]],
  person: ['multiple', '可选多个', [['', '否'], ['yes', '是']]],
  reference: ['multiple', '可选多个', [['', '否'], ['yes', '是']]],
};
const NUMBERS = {
  evidence: [['min', '共至少几件'], ['maxSize', '单个文件最大字节']],
  grid: [['maxRows', '最多行数']],
};
/* Lists are written one row per line; what a line does not say of a known row is kept. */
const ROWS = {
  grid: [['columns', '列', '标识|名称|类型|必填|合计；类型为 textfield、number、datetime 等', readColumn, writeColumn]],
  evidence: [['codes', '材料编码', '每行一个：编码|至少几件', readCode, writeCode], ['media', '文件类型', '每行一个，例如 image', (line) => line.trim(), String]],
  orgUnit: [['roleGroups', '限定岗位组', '每行一个', (line) => line.trim(), String]],
  person: [['roleGroups', '限定岗位组', '每行一个', (line) => line.trim(), String]],
};

function readCode(line) {
  const [code, min] = line.split('|').map((part) => part.trim());
  return Number(min) > 0 ? { code, min: Number(min) } : code;
}

const writeCode = (each) => (typeof each === 'string' ? each : `${each.code}${each.min ? `|${each.min}` : ''}`);

function readColumn(line, old) {
  const [key, label, type, required, sum] = line.split('|').map((part) => part.trim());
  const kept = old.find((each) => each.key === key) || {};
  const column = { ...kept, key, label: label || key, type: type || 'textfield' };
  if (column.type === 'datetime') column.subtype ||= 'date';
  for (const [name, on] of [['required', required], ['sum', sum]]) {
    if (on) column[name] = true;
    else delete column[name];
  }
  return column;
}

function writeColumn(column) {
  const parts = [column.key, column.label, column.type || 'textfield', column.required ? '必填' : '', column.sum ? '合计' : ''];
  return parts.join('|').replace(/\|+$/, '');
}

class Options {
  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(this, 500);
  }

  getGroups(field, edit) {
    return (groups) => {
      const entries = entriesOf(field, edit);
      if (!entries.length) return groups;
      return groups.map((group) => (group.id === 'general' ? { ...group, entries: [...group.entries, ...entries] } : group));
    };
  }
}
Options.$inject = ['propertiesPanel'];

function entriesOf(field, edit) {
  const shared = (name, label, hint) => ({ id: `shouhu-${name}`, element: field, edit, name, label, hint });
  const rows = (ROWS[field.type] || []).map(([name, label, hint, readRow, writeRow]) => ({ ...shared(name, label, hint), readRow, writeRow, component: Rows }));
  const texts = (TEXT[field.type] || []).map(([name, label, hint]) => ({ ...shared(name, label, hint), component: Text }));
  const numbers = (NUMBERS[field.type] || []).map(([name, label]) => ({ ...shared(name, label), component: Numeric }));
  const choice = CHOICE[field.type];
  const choices = choice ? [{ ...shared(choice[0], choice[1]), values: choice[2], component: Choice }] : [];
  return [...rows, ...texts, ...numbers, ...choices];
}

function Entry({ id, label, hint, children }) {
  return html`<div class="bio-properties-panel-entry" data-entry-id=${id}>
    <label class="bio-properties-panel-label" for=${`bio-${id}`}>${t(label)}</label>${children}
    ${hint && html`<div class="bio-properties-panel-description">${t(hint)}</div>`}
  </div>`;
}

function Text(props) {
  const set = (event) => props.edit(props.element, [props.name], event.target.value || undefined);
  return html`<${Entry} ...${props}><input class="bio-properties-panel-input" id=${`bio-${props.id}`} type="text"
    value=${props.element[props.name] || ''} onChange=${set} /></${Entry}>`;
}

function Numeric(props) {
  const set = (event) => props.edit(props.element, [props.name], event.target.value === '' ? undefined : Number(event.target.value));
  return html`<${Entry} ...${props}><input class="bio-properties-panel-input" id=${`bio-${props.id}`} type="number" min="0" step="1"
    value=${props.element[props.name] ?? ''} onChange=${set} /></${Entry}>`;
}

function Choice(props) {
  const { element, name } = props;
  const multiple = name === 'multiple';
  const value = multiple ? (element.multiple ? 'yes' : '') : element[name] || '';
  const set = (event) => props.edit(element, [name], multiple ? Boolean(event.target.value) || undefined : event.target.value || undefined);
  return html`<${Entry} ...${props}><select class="bio-properties-panel-input" id=${`bio-${props.id}`} value=${value} onChange=${set}>
    ${props.values.map(([each, label]) => html`<option key=${each} value=${each}>${t(label)}</option>`)}</select></${Entry}>`;
}

function Rows(props) {
  const { element, name } = props;
  const set = (event) => props.edit(element, [name], event.target.value.split('\n').filter((line) => line.trim()).map((line) => props.readRow(line, element[name] || [])));
  return html`<${Entry} ...${props}><textarea class="bio-properties-panel-input" id=${`bio-${props.id}`} rows="4"
    value=${(element[name] || []).map(props.writeRow).join('\n')} onChange=${set}></textarea></${Entry}>`;
}

/** Register our options with the editor's properties panel. */
export const optionsModule = { __init__: ['shouhuOptions'], shouhuOptions: ['type', Options] };
