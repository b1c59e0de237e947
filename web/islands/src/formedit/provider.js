/* Options of our own field types in the form editor: columns, evidence lines, limits. */
import htm from 'htm';
import { h } from 'preact';
import { t } from '../lib/i18n.js';

/* The editor carries its own copy of the panel and does not export it; a second copy would bring
 * a second preact, whose hooks fail. So these entries are plain, in the panel's classes. */
const html = htm.bind(h);

const TEXT = {
  division: [['rootCode', '限定区划', '区划代码，只能选它的下级']],
  orgUnit: [['roleGroup', '限定岗位组', '']],
  person: [['roleGroup', '限定岗位组', '']],
  signature: [['confirmLabel', '确认文字', '']],
};
const CHOICE = {
  division: ['minLevel', '至少选到', [['', '不限'], ['province', '省'], ['prefecture', '设区市'], ['county', '县'], ['town', '乡镇']]],
  orgUnit: ['multiple', '可选多个', [['', '否'], ['yes', '是']]],
  person: ['multiple', '可选多个', [['', '否'], ['yes', '是']]],
};
/* Lists are written one row per line: key|label|type|… */
const ROWS = {
  grid: ['columns', '列', 'key|名称|string、number 或 date|必填|合计', readColumn, writeColumn],
  evidence: ['items', '材料', 'E1|名称|最少件数', readItem, writeItem],
};

function readColumn(line) {
  const [key, label, type, required, sum] = line.split('|').map((part) => part.trim());
  return { key, label: label || key, type: type || 'string', ...(required ? { required: true } : {}), ...(sum ? { sum: true } : {}) };
}

function writeColumn(column) {
  const parts = [column.key, column.label, column.type || 'string', column.required ? '必填' : '', column.sum ? '合计' : ''];
  return parts.join('|').replace(/\|+$/, '');
}

function readItem(line) {
  const [code, label, min] = line.split('|').map((part) => part.trim());
  return { code, label: label || code, min: Number(min || 1) };
}

const writeItem = (item) => [item.code, item.label, item.min ?? 1].join('|');

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
  const shared = (name) => ({ id: `shouhu-${name}`, element: field, edit, name });
  const texts = (TEXT[field.type] || []).map(([name, label, hint]) => ({ ...shared(name), label, hint, component: Text }));
  const choice = CHOICE[field.type];
  if (choice) texts.push({ ...shared(choice[0]), label: choice[1], values: choice[2], component: Choice });
  const rows = ROWS[field.type];
  if (rows) texts.push({ ...shared(rows[0]), label: rows[1], hint: rows[2], readRow: rows[3], writeRow: rows[4], component: Rows });
  return texts;
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
  const set = (event) => props.edit(element, [name], event.target.value.split('\n').filter((line) => line.trim()).map(props.readRow));
  return html`<${Entry} ...${props}><textarea class="bio-properties-panel-input" id=${`bio-${props.id}`} rows="4"
    value=${(element[name] || []).map(props.writeRow).join('\n')} onChange=${set}></textarea></${Entry}>`;
}

/** Register our options with the editor's properties panel. */
export const optionsModule = { __init__: ['shouhuOptions'], shouhuOptions: ['type', Options] };
