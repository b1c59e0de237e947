/* Panel entries made from a declarative row: what is shown, where it is kept, what is allowed. */
import {
  CheckboxEntry, FeelEntry, NumberFieldEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isCheckboxEntryEdited, isFeelEntryEdited, isNumberFieldEntryEdited, isSelectEntryEdited,
  isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { jsx } from '@bpmn-io/properties-panel/preact/jsx-runtime';
import { useService } from 'bpmn-js-properties-panel';
import { label as wordOf } from './words.js';
import { t } from '../lib/i18n.js';
import { Writer, describe, ext } from './moddle.js';

const EDITED = {
  select: isSelectEntryEdited, pick: isSelectEntryEdited, text: isTextFieldEntryEdited,
  area: isTextAreaEntryEdited, number: isNumberFieldEntryEdited, check: isCheckboxEntryEdited,
  present: isCheckboxEntryEdited, feel: isFeelEntryEdited,
};

/**
 * Make an entry of SPEC for ELEMENT. SPEC: {name, label, kind, holder?, ext?, child?, pick?,
 * feelMark?, hint?}. `holder` is a moddle object (an item of a list); `ext` names an extension
 * element of the owner, `child` a single child of it; else the attribute lies on the owner.
 */
export function entry(spec, element, bo, prefix = '') {
  const kind = spec.kind || 'text';
  return {
    id: `${prefix}${spec.ext || ''}${spec.child || ''}${spec.name || 'present'}`.replaceAll(':', '-'),
    component: COMPONENTS[kind],
    isEdited: EDITED[kind],
    element,
    spec,
    bo,
  };
}

function holderOf({ spec, bo }) {
  if (spec.holder) return spec.holder;
  if (!spec.ext) return bo;
  const found = ext(bo, spec.ext);
  return spec.child && found ? found.get(spec.child) : found;
}

function descriptor({ spec, bo }) {
  if (spec.values) return spec;
  const type = spec.childType || spec.holder?.$type || spec.ext || bo.$type;
  return describe(type, spec.name) || {};
}

function read(props) {
  const holder = holderOf(props);
  const value = holder ? holder.get(props.spec.name) : undefined;
  return value === undefined ? descriptor(props).default : value;
}

function write(writer, props, value) {
  const { spec, element, bo } = props;
  const dropped = value === '' || (!spec.keep && value === descriptor(props).default);
  const plain = dropped ? undefined : value;
  const properties = { [spec.name]: plain, ...(spec.also?.(plain) || {}) };
  if (spec.holder) return writer.set(element, spec.holder, properties);
  if (!spec.ext) return writer.set(element, bo, properties);
  if (!spec.child) return writer.setExt(element, bo, spec.ext, properties);
  const child = holderOf(props);
  if (child) return writer.set(element, child, properties);
  return writer.addChild(element, bo, spec.ext, spec.child, spec.childType, properties);
}

/* What all entries share. */
function useEntry(props) {
  const injector = useService('injector');
  const debounce = useService('debounceInput');
  const writer = new Writer(injector);
  const picks = useService('config.shouhu', false)?.picks || {};
  return {
    picks,
    common: {
      element: props.element,
      id: props.id,
      label: t(props.spec.label),
      description: props.spec.hint ? t(props.spec.hint) : undefined,
      debounce,
      getValue: () => read(props),
      setValue: (value) => write(writer, props, value),
    },
    writer,
  };
}

function Text(props) {
  const { common } = useEntry(props);
  return jsx(TextFieldEntry, { ...common, getValue: () => String(common.getValue() ?? '') });
}

function Area(props) {
  const { common } = useEntry(props);
  return jsx(TextAreaEntry, { ...common, autoResize: true });
}

function Numeric(props) {
  const { common } = useEntry(props);
  return jsx(NumberFieldEntry, { ...common, min: 0, step: 1, setValue: (value) => common.setValue(value === '' ? undefined : Number(value)) });
}

function Check(props) {
  const { common } = useEntry(props);
  return jsx(CheckboxEntry, { ...common, getValue: () => Boolean(common.getValue()) });
}

/* A switch for an extension element that means something by being there. */
function Present(props) {
  const { common, writer } = useEntry(props);
  const { spec, element, bo } = props;
  return jsx(CheckboxEntry, {
    ...common,
    getValue: () => Boolean(ext(bo, spec.ext)),
    setValue: (on) => (on ? writer.addExt(element, bo, spec.ext, {}) : writer.removeExt(element, bo, ext(bo, spec.ext))),
  });
}

function Choice(props) {
  const { common } = useEntry(props);
  const known = descriptor(props);
  const options = (known.values || []).map((value) => ({ value, label: wordOf(props.spec, value) }));
  if (known.default === undefined) options.unshift({ value: '', label: t('（未定）') });
  return jsx(SelectEntry, { ...common, getValue: () => common.getValue() ?? '', getOptions: () => withCurrent(options, common.getValue()) });
}

/* A value from a list served with the page; an unknown one stays visible and says so. */
function Pick(props) {
  const { common, picks } = useEntry(props);
  const rows = (picks[props.spec.pick] || []).map((row) => (typeof row === 'string' ? { value: row, label: row } : row));
  const options = [{ value: '', label: t('（未定）') }, ...rows];
  return jsx(SelectEntry, { ...common, getValue: () => common.getValue() ?? '', getOptions: () => withCurrent(options, common.getValue()) });
}

function withCurrent(options, value) {
  const text = value === undefined || value === null ? '' : String(value);
  if (!text || options.some((each) => each.value === text)) return options;
  return [...options, { value: text, label: t('{value}（不在名单中）', { value: text }) }];
}

/* FEEL: our attributes keep the bare expression; the editor wants a leading '='. */
function Feel(props) {
  const { common } = useEntry(props);
  const { spec } = props;
  const get = spec.get ? () => spec.get(props) : common.getValue;
  const setBare = spec.set ? (value) => spec.set(props, value) : common.setValue;
  return jsx(FeelEntry, {
    ...common,
    feel: 'required',
    getValue: () => (get() ? `=${String(get()).replace(/^=/, '')}` : ''),
    setValue: (value) => setBare(strip(value, spec.feelMark)),
  });
}

function strip(value, mark) {
  const bare = String(value || '').replace(/^=/, '');
  if (!bare.trim()) return undefined;
  return mark ? `=${bare}` : bare;
}

const COMPONENTS = { text: Text, area: Area, number: Numeric, check: Check, present: Present, select: Choice, pick: Pick, feel: Feel };
