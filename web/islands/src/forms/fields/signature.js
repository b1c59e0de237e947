/* 签名 signature: the typed name with a confirmation; the server adds person, unit and time. */
import { t } from '../../lib/i18n.js';
import { ENTRIES, Frame, described, html, usePage } from './kit.js';

export function SignatureField(props) {
  const { field, value, domId, errors, disabled, readonly, onChange } = props;
  const { actor } = usePage();
  const locked = disabled || readonly;
  const set = (part) => onChange({ value: { name: '', confirmed: false, ...value, ...part } });
  const signed = value?.confirmed && value?.name;
  return html`<${Frame} ...${props} type="signature">
    <div class="row-s">
      <input id=${domId} class="fjs-input grow" type="text" value=${value?.name || value?.person || ''} disabled=${locked}
        placeholder=${actor?.name ? t('请输入本人姓名：{name}', actor) : t('请输入本人姓名')} ...${described(domId, errors)}
        onInput=${(event) => set({ name: event.target.value, confirmed: false })} />
      <label class="row-s"><input type="checkbox" checked=${Boolean(signed)} disabled=${locked || !value?.name?.trim()}
        onChange=${(event) => set({ confirmed: event.target.checked })} />${field.confirmLabel || t('以上内容由本人确认')}</label>
    </div>
    ${value?.at && html`<div class="help">${value.unit} <time datetime=${value.at}>${value.at.slice(0, 16).replace('T', ' ')}</time></div>`}
  </${Frame}>`;
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
  create: (options = {}) => ({ label: '签名', ...options }),
};
