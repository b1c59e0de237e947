/* Options of our own field types in the form editor: columns, evidence lines, limits. */
import { usePropertiesPanelService } from '@bpmn-io/form-js-editor';
import { TextAreaEntry, TextFieldEntry, SelectEntry, Group, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { jsx } from '@bpmn-io/properties-panel/preact/jsx-runtime';
import { t } from '../lib/i18n.js';

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
      const ours = { id: 'shouhu', label: t('本类型设置'), component: Group, entries };
      return [...groups.slice(0, 1), ours, ...groups.slice(1)];
    };
  }
}
Options.$inject = ['propertiesPanel'];

function entriesOf(field, edit) {
  const shared = (name) => ({ id: `shouhu-${name}`, element: field, edit, name });
  const texts = (TEXT[field.type] || []).map(([name, label, hint]) => ({ ...shared(name), label, hint, component: Text, isEdited: isTextFieldEntryEdited }));
  const choice = CHOICE[field.type];
  if (choice) texts.push({ ...shared(choice[0]), label: choice[1], values: choice[2], component: Choice, isEdited: isSelectEntryEdited });
  const rows = ROWS[field.type];
  if (rows) texts.push({ ...shared(rows[0]), label: rows[1], hint: rows[2], readRow: rows[3], writeRow: rows[4], component: Rows, isEdited: isTextAreaEntryEdited });
  return texts;
}

function common(props) {
  return { element: props.element, id: props.id, label: t(props.label), description: props.hint ? t(props.hint) : undefined, debounce: usePropertiesPanelService('debounce') };
}

function Text(props) {
  return jsx(TextFieldEntry, {
    ...common(props),
    getValue: () => props.element[props.name] || '',
    setValue: (value) => props.edit(props.element, [props.name], value || undefined),
  });
}

function Choice(props) {
  const multiple = props.name === 'multiple';
  return jsx(SelectEntry, {
    ...common(props),
    getValue: () => (multiple ? (props.element.multiple ? 'yes' : '') : props.element[props.name] || ''),
    setValue: (value) => props.edit(props.element, [props.name], multiple ? (value ? true : undefined) : value || undefined),
    getOptions: () => props.values.map(([value, label]) => ({ value, label: t(label) })),
  });
}

function Rows(props) {
  return jsx(TextAreaEntry, {
    ...common(props),
    rows: 4,
    getValue: () => (props.element[props.name] || []).map(props.writeRow).join('\n'),
    setValue: (value) => props.edit(props.element, [props.name], (value || '').split('\n').filter((line) => line.trim()).map(props.readRow)),
  });
}

/** Register our options with the editor's properties panel. */
export const optionsModule = { __init__: ['shouhuOptions'], shouhuOptions: ['type', Options] };
