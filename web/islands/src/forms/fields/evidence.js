/* 佐证材料 evidence: one line per required code, files go to the server at once and come
 * back as {attachmentId, sha256}; the server's hash is the one that counts. */
import { Refused, newKey, send } from '../../lib/http.js';
import { t } from '../../lib/i18n.js';
import { toastProblem } from '../../lib/toast.js';
import { ENTRIES, Frame, fresh, html, usePage, useState } from './kit.js';

/** Send one file; the answer is the server's record of it. */
export async function upload(url, file, code) {
  const body = new FormData();
  body.append('file', file, file.name);
  if (code) body.append('code', code);
  const { data } = await send(url, { method: 'POST', body, headers: { 'Idempotency-Key': newKey() } });
  return record(data, file, code);
}

function record(data, file, code) {
  const kept = ['takenAt', 'lon', 'lat', 'accuracy', 'source'].filter((key) => data[key] !== undefined);
  return {
    attachmentId: data.attachmentId,
    ...(code ? { code } : {}),
    sha256: data.sha256,
    name: data.name || file.name,
    size: data.size ?? file.size,
    ...Object.fromEntries(kept.map((key) => [key, data[key]])),
  };
}

/** The uploads of one field. */
function useUploads({ value, onChange }) {
  const { uploadUrl } = usePage();
  const [busy, setBusy] = useState('');
  const list = Array.isArray(value) ? value : [];
  const add = async (files, code) => {
    const fresh = [];
    for (const file of files) {
      setBusy(t('正在上传 {name}', { name: file.name }));
      try {
        fresh.push(await upload(uploadUrl, file, code));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        toastProblem({ ...error.problem, title: t('“{name}”未上传', { name: file.name }) });
      }
    }
    setBusy('');
    if (fresh.length) onChange({ value: [...list, ...fresh] });
  };
  const remove = (gone) => onChange({ value: list.filter((each) => each !== gone) });
  return { list, add, remove, busy, uploadUrl };
}

function FileLine({ item, locked, remove }) {
  const link = `/api/v1/attachments/${encodeURIComponent(item.attachmentId)}/content`;
  return html`<li>
    <a class="fn" href=${link}>${item.name || item.attachmentId}</a>
    ${item.takenAt && html`<time datetime=${item.takenAt}>${item.takenAt.slice(0, 16).replace('T', ' ')}</time>`}
    ${item.lon !== undefined && html`<span class="muted">${item.lon}°E ${item.lat}°N</span>`}
    ${item.source && html`<span class="muted">${item.source}</span>`}
    <span class="mono muted" title=${item.sha256}>SHA-256 ${short(item.sha256)}</span>
    ${!locked && html`<button type="button" class="bt s t" aria-label=${t('移除{name}', { name: item.name })}
      onClick=${() => remove(item)}>${t('移除')}</button>`}
  </li>`;
}

const short = (hash) => (hash ? `${hash.slice(0, 4)}…${hash.slice(-4)}` : '');

function Picker({ id, label, media, onFiles, disabled }) {
  const onChange = (event) => {
    onFiles([...event.target.files]);
    event.target.value = '';
  };
  return html`<span class="bt s o filebt ml">${t('添加文件')}
    <input type="file" id=${id} aria-label=${t('为{label}添加文件', { label })} accept=${media || undefined}
      multiple disabled=${disabled} onChange=${onChange} /></span>`;
}

/** The lines of FIELD: `items` as the page gives them, else made of the file's `codes`. */
export function evidenceItems(field) {
  if (field.items?.length) return field.items;
  const media = (field.media || []).map((kind) => (kind.includes('/') ? kind : `${kind}/*`));
  if (!field.codes?.length) return [{ code: '', label: field.label || t('佐证材料'), min: field.min || 0, media }];
  return field.codes.map((each) => {
    const { code, min = 0 } = typeof each === 'string' ? { code: each } : each;
    return { code, label: code, min, media };
  });
}

export function EvidenceField(props) {
  const { field, domId, disabled, readonly } = props;
  const uploads = useUploads(props);
  const locked = disabled || readonly;
  const items = evidenceItems(field);
  return html`<${Frame} ...${props} type="evidence">
    <ul class="evl">${items.map((item, index) => {
      // The line without a code holds what no other line does.
      const named = (each) => items.some((other) => other.code && other.code === each.code);
      const files = uploads.list.filter((each) => (item.code ? each.code === item.code : !named(each)));
      const enough = files.length >= (item.min ?? 1);
      return html`<li key=${item.code}>
        ${item.code && item.label !== item.code && html`<span class="mono">${item.code}</span>`}
        <b>${item.label || item.code}</b>
        <span class=${enough ? 'tg g' : 'tg y'}>${state(files.length, item.min ?? 1)}</span>
        ${!locked && html`<${Picker} id=${index ? `${domId}-${index}` : domId} label=${item.label || item.code}
          media=${accept(item.media)} disabled=${!uploads.uploadUrl || Boolean(uploads.busy)}
          onFiles=${(list) => uploads.add(list, item.code)} />`}
        ${files.length > 0 && html`<ul class="files">${files.map((each) => html`<${FileLine} key=${each.attachmentId}
          item=${each} locked=${locked} remove=${uploads.remove} />`)}</ul>`}
      </li>`;
    })}</ul>
    ${field.min > 0 && html`<div class="help">${t('共至少 {min} 件，已交 {n} 件', { min: field.min, n: uploads.list.length })}</div>`}
    <div class="help" role="status">${uploads.busy}</div>
  </${Frame}>`;
}

function state(count, least) {
  if (count >= least) return count ? t('已交 {n}', { n: count }) : t('可不交');
  return count ? t('已交 {n}，至少 {min}', { n: count, min: least }) : t('缺');
}

const accept = (media) => (Array.isArray(media) ? media.join(',') : media);

const listValue = ({ value }) => (Array.isArray(value) ? value.filter((each) => each?.attachmentId) : null);

EvidenceField.config = {
  type: 'evidence',
  keyed: true,
  name: '佐证材料',
  label: '佐证材料',
  group: 'basic-input',
  emptyValue: null,
  propertiesPanelEntries: ENTRIES,
  sanitizeValue: listValue,
  create: fresh({ label: '佐证材料', codes: ['E1'], min: 1 }),
};
