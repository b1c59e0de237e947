/* 签名 signature: the typed name with a confirmation; the server adds person, unit and time. */
import { t } from '../../lib/i18n.js';
import { ENTRIES, Frame, described, fresh, html, usePage } from './kit.js';

export function SignatureField(props) {
  const { field, value, domId, errors, disabled, readonly, onChange } = props;
  const { actor } = usePage();
  if (disabled || readonly) return html`<${Frame} ...${props} type="signature"><${Signed} value=${value} domId=${domId} /></${Frame}>`;
  const set = (part) => onChange({ value: { name: value?.name || '', confirmed: false, ...part } });
  return html`<${Frame} ...${props} type="signature">
    <div class="row-s">
      <input id=${domId} class="fjs-input grow" type="text" value=${value?.name || ''}
        placeholder=${actor?.name ? t('请输入本人姓名：{name}', actor) : t('请输入本人姓名')} ...${described(domId, errors, field)}
        onInput=${(event) => set({ name: event.target.value })} />
      <label class="row-s"><input type="checkbox" checked=${Boolean(value?.confirmed)} disabled=${!value?.name?.trim()}
        onChange=${(event) => set({ name: value.name, confirmed: event.target.checked })} />${field.confirmLabel || t('以上内容由本人确认')}</label>
    </div>
  </${Frame}>`;
}

/* What was signed: opinion, person and unit, time; the server wrote it. */
function Signed({ value, domId }) {
  if (!value?.at && !value?.name) return html`<div class="sg muted" id=${domId}>${t('未签')}</div>`;
  return html`<div class="sg" id=${domId}>
    ${value.opinion && html`<div>${value.opinion}</div>`}
    <div class="row-s"><b>${value.personName || value.name || value.person}</b><span>${value.unitName || value.unit || ''}</span>
    ${value.at && html`<time datetime=${value.at}>${String(value.at).slice(0, 16).replace('T', ' ')}</time>`}</div>
  </div>`;
}

SignatureField.config = {
  type: 'signature',
  keyed: true,
  name: '签名',
  label: '签名',
  group: 'basic-input',
  emptyValue: null,
  propertiesPanelEntries: ENTRIES,
  sanitizeValue: ({ value }) => (value && typeof value === 'object' ? value : null),
  create: fresh({ label: '签名' }),
};
