/* 单位 orgUnit and 人员 person: search a register on the server, store codes. */
import { composing } from '../../lib/dom.js';
import { t } from '../../lib/i18n.js';
import { ENTRIES, Frame, described, fresh, html, searchRegister, useEffect, usePage, useSearch, useState } from './kit.js';

/** Make the component of a register field of TYPE whose rows come from PAGE.registers[NAME]. */
function registerField(type, name, placeholder) {
  function Field(props) {
    const { field, value, domId, errors, disabled, readonly, onChange } = props;
    const page = usePage();
    const url = page.registers?.[type === 'reference' ? field.register : name];
    const fixed = { roleGroup: field.roleGroup, root: field.rootCode };
    const { items, ask, clear } = useSearch(url, fixed);
    const [at, setAt] = useState(0);
    const [text, setText] = useState('');
    const codes = asList(value);
    const names = useNames(url, codes);
    const locked = disabled || readonly;
    const set = (list) => onChange({ value: field.multiple ? list : (list[0] ?? null) });
    const pick = (item) => {
      set(field.multiple ? [...codes.filter((code) => code !== item.code), item.code] : [item.code]);
      names.learn(item);
      setText('');
      clear();
    };
    const onKey = (event) => {
      if (composing(event) || !items.length) return;
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move) setAt((at + move + items.length) % items.length);
      else if (event.key === 'Enter') pick(items[at]);
      else if (event.key === 'Escape') clear();
      else return;
      event.preventDefault();
    };
    const onInput = (event) => {
      setText(event.target.value);
      setAt(0);
      if (!composing(event)) ask(event.target.value.trim());
    };
    return html`<${Frame} ...${props} type=${type}>
      <div class="sf">
        ${codes.length > 0 && html`<div class="sf-picks">${codes.map((code) => html`<span class="tg a" key=${code}>
          ${names.of(code)}
          ${!locked && html`<button type="button" class="bt s t" aria-label=${t('移除{name}', { name: names.of(code) })}
            onClick=${() => set(codes.filter((each) => each !== code))}>×</button>`}
        </span>`)}</div>`}
        ${!locked && (field.multiple || !codes.length) && html`<input id=${domId} class="fjs-input" type="text" role="combobox"
          autocomplete="off" value=${text} placeholder=${t(placeholder)} aria-expanded=${items.length > 0}
          aria-controls=${`${domId}-list`} aria-activedescendant=${items.length ? `${domId}-o${at}` : undefined}
          ...${described(domId, errors, field)} onInput=${onInput} onKeyDown=${onKey}
          onCompositionEnd=${(event) => ask(event.target.value.trim())} onFocus=${() => ask(text)}
          onBlur=${() => setTimeout(clear, 200)} />`}
        ${items.length > 0 && html`<ul class="sf-list" role="listbox" id=${`${domId}-list`}>${items.map((item, index) => html`
          <li role="option" id=${`${domId}-o${index}`} key=${item.code} aria-selected=${index === at}
            onMouseDown=${(event) => { event.preventDefault(); pick(item); }}>${item.name}<small>${item.note || ''}</small></li>`)}
        </ul>`}
      </div>
    </${Frame}>`;
  }
  return Field;
}

function asList(value) {
  if (Array.isArray(value)) return value;
  return value ? [value] : [];
}

/** Names of stored codes, asked once. */
function useNames(url, codes) {
  const [known, setKnown] = useState({});
  const missing = codes.filter((code) => !(code in known)).join(',');
  const learn = (item) => setKnown((old) => ({ ...old, [item.code]: item.name }));
  useEffect(() => {
    if (!missing || !url) return;
    const asked = Object.fromEntries(missing.split(',').map((code) => [code, code]));
    const answer = (rows) => setKnown((old) => ({ ...asked, ...old, ...Object.fromEntries(rows.map((row) => [row.code, row.name])) }));
    searchRegister(url, { codes: missing }).then(answer).catch(() => answer([]));
  }, [missing, url]);
  return { of: (code) => known[code] || (url ? '…' : code), learn };
}

function config(type, label) {
  return {
    type,
    keyed: true,
    name: label,
    label,
    group: 'selection',
    emptyValue: null,
    propertiesPanelEntries: ENTRIES,
    sanitizeValue: ({ value }) => value ?? null,
    create: fresh({ label }),
  };
}

export const OrgUnitField = registerField('orgUnit', 'orgUnits', '输入单位名称');
OrgUnitField.config = config('orgUnit', '单位');
export const PersonField = registerField('person', 'persons', '输入姓名或单位');
PersonField.config = config('person', '人员');

/** A row of a named register; the page usually turns it into a select before it comes here. */
export const ReferenceField = registerField('reference', '', '输入名称或编码');
ReferenceField.config = config('reference', '登记表条目');
