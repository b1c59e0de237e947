/* The one fetch wrapper of the islands: CSRF header, JSON, problem+json, sign-in dialog. */
import { askSignIn } from './signin.js';
import { t } from './i18n.js';

/** A refusal of the server: `problem` is the RFC 9457 body, `response` the answer. */
export class Refused extends Error {
  constructor(problem, response) {
    super(problem.title || t('请求失败'));
    this.problem = problem;
    this.response = response;
    this.status = problem.status;
  }
}

/** The CSRF token the page carries. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content || '';
}

/** A new key for one rendering of a form. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/**
 * Send a request to our own host and return {data, etag, status, response}.
 * OPTIONS: method, json (object body), body (raw body), type, headers.
 * A refusal throws Refused; 401 asks the user to sign in and tries once more.
 */
export async function send(url, options = {}) {
  const answer = await once(url, options);
  if (answer.status !== 401) return unpack(answer);
  await askSignIn();
  return unpack(await once(url, options));
}

async function once(url, { method = 'GET', json, body, type, headers = {} }) {
  const all = new Headers({ Accept: 'application/json, application/problem+json;q=0.9, */*;q=0.5', ...headers });
  if (method !== 'GET') all.set('X-CSRF-Token', csrfToken());
  if (json !== undefined) all.set('Content-Type', 'application/json');
  else if (type) all.set('Content-Type', type);
  try {
    return await fetch(url, {
      method,
      headers: all,
      body: json !== undefined ? JSON.stringify(json) : body,
      credentials: 'same-origin',
    });
  } catch {
    throw new Refused(offline(), null);
  }
}

function offline() {
  return { status: 0, title: t('网络不通'), detail: t('内容没有丢失。请检查网络后再试一次。') };
}

async function unpack(response) {
  const kind = response.headers.get('Content-Type') || '';
  const isJson = kind.includes('json');
  const data = response.status === 204 ? null : isJson ? await response.json() : await response.text();
  if (!response.ok) throw new Refused(problemOf(response, isJson ? data : null), response);
  return { data, etag: response.headers.get('ETag'), status: response.status, response };
}

/** Make a problem of any refusal, also of one without a body. */
export function problemOf(response, body) {
  const base = { status: response.status, title: t('请求失败'), detail: fixedText(response.status) };
  const own = body && typeof body === 'object' ? body : {};
  const requestId = own.requestId || response.headers?.get?.('X-Request-ID') || '';
  return { errors: [], ...base, ...own, requestId };
}

/** The fixed text of a status, where the server said nothing better. */
export function fixedText(status) {
  const texts = {
    401: t('登录已失效，请重新登录。'),
    403: t('没有办理权限，或页面已过期。请刷新页面后再试。'),
    404: t('没有找到，或不在您的权限范围内。'),
    409: t('状态已变化，请刷新后查看是谁在何时办理。'),
    412: t('内容已被他人修改。请比较后再保存。'),
    413: t('文件或内容超过允许的大小。'),
    415: t('文件类型不被接受。'),
    422: t('有内容不符合要求，请按提示修改。'),
    423: t('正由他人编辑，暂时只能查看。'),
    428: t('缺少版本号，请刷新页面后重试。'),
    429: t('操作太频繁，请稍候再试。'),
    503: t('系统繁忙，请稍候重试。'),
    507: t('存储空间已满，请联系管理员。'),
  };
  return texts[status] || t('系统出错，已记录。请把编号告诉管理员。');
}
