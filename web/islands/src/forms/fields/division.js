/* 区划 division: a cascade over the division tables; stores {code, names[]}. */
import { t } from '../../lib/i18n.js';
import { ENTRIES, Frame, described, fresh, html, searchRegister, useEffect, usePage, useState } from './kit.js';

/* Each level is one select; its rows are the children of the level above. The server sends
 * {code, name, level, leaf, names, abolished}; rootCode and minLevel limit the choice. */
export function DivisionField(props) {
  const { field, value, domId, errors, disabled, readonly, onChange } = props;
  const url = usePage().registers?.divisions;
  const [levels, setLevels] = useState([]);
  const locked = disabled || readonly;
  const shown = value?.names?.join(' ') || '';

  useEffect(() => {
    let alive = true;
    if (!locked) cascade(url, field.rootCode || '', value?.code || '').then((rows) => alive && setLevels(rows));
    return () => { alive = false; };
  }, [url, field.rootCode, locked, value?.code]);

  const pick = (index, code) => {
    const item = levels[index].items.find((each) => each.code === code);
    if (item) return onChange({ value: { code: item.code, names: item.names || [item.name] } });
    const above = levels[index - 1]?.items.find((each) => each.code === levels[index - 1].code);
    return onChange({ value: above ? { code: above.code, names: above.names || [above.name] } : null });
  };

  if (locked) {
    return html`<${Frame} ...${props} type="division"><input id=${domId} class="fjs-input" type="text" readonly
      disabled=${disabled} value=${shown} ...${described(domId, errors, field)} /></${Frame}>`;
  }
  return html`<${Frame} ...${props} type="division">
    <div class="sf-cas">${levels.map((level, index) => html`<select key=${index} class="in" id=${index ? `${domId}-${index}` : domId}
      aria-label=${t('{label} 第 {n} 级', { label: field.label || t('区划'), n: index + 1 })} ...${described(domId, errors, field)}
      value=${level.code} onChange=${(event) => pick(index, event.target.value)}>
      <option value="">${t('请选择')}</option>
      ${level.items.map((item) => html`<option key=${item.code} value=${item.code}>${item.name}${item.abolished ? t('（已撤销）') : ''}</option>`)}
    </select>`)}</div>
    ${value?.code && html`<div class="help mono">${value.code}</div>`}
  </${Frame}>`;
}

/** The selects down to CODE and one below it: [{code, items}]. */
async function cascade(url, root, code) {
  const chain = code ? await path(url, code) : [];
  const start = chain.findIndex((each) => each.parent === root);
  const picked = start < 0 ? [] : chain.slice(start);
  const levels = [];
  let parent = root;
  for (let index = 0; index <= picked.length; index += 1) {
    const items = await searchRegister(url, { parent, limit: 200 });
    if (!items.length) break;
    levels.push({ code: picked[index]?.code || '', items });
    if (!picked[index]) break;
    parent = picked[index].code;
  }
  return levels;
}

/** The rows from the top down to CODE, each with its parent. */
async function path(url, code) {
  const rows = [];
  let next = code;
  while (next && rows.length < 6) {
    const [row] = await searchRegister(url, { codes: next });
    if (!row) break;
    rows.unshift({ code: row.code, parent: row.parent || '' });
    next = row.parent;
  }
  return rows;
}

DivisionField.config = {
  type: 'division',
  keyed: true,
  name: '区划',
  label: '区划',
  group: 'selection',
  emptyValue: null,
  propertiesPanelEntries: ENTRIES,
  sanitizeValue: ({ value }) => (value && typeof value === 'object' && value.code ? value : null),
  create: fresh({ label: '区划' }),
};
