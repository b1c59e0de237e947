/* htmx under a policy without eval, with our CSRF header and problem+json answers. */
import htmx from 'htmx.org';
import { csrfToken, problemOf } from '../lib/http.js';
import { askSignIn } from '../lib/signin.js';
import { toastProblem } from '../lib/toast.js';
import { markFields } from './fields.js';

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  defaultSwapStyle: 'innerHTML',
  scrollBehavior: 'instant',
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '422', swap: true, error: false },
    { code: '[45]..', swap: false, error: true },
  ],
});

document.addEventListener('htmx:configRequest', (event) => {
  event.detail.headers['X-CSRF-Token'] = csrfToken();
});

/* A problem is never swapped into the page; a page fragment with status 422 is. */
document.addEventListener('htmx:beforeSwap', (event) => {
  const kind = event.detail.xhr.getResponseHeader('Content-Type') || '';
  if (!kind.includes('problem+json')) return;
  event.detail.shouldSwap = false;
  handleProblem(event.detail.xhr, event.detail.requestConfig?.elt);
});

document.addEventListener('htmx:sendError', () => {
  toastProblem({ title: '网络不通', detail: '内容没有丢失。请检查网络后再试一次。' });
});

async function handleProblem(xhr, source) {
  const problem = problemOf({ status: xhr.status }, parse(xhr.responseText));
  problem.requestId ||= xhr.getResponseHeader('X-Request-ID') || '';
  if (xhr.status === 401) {
    await askSignIn();
    return;
  }
  toastProblem(problem);
  const form = source?.closest?.('form');
  if (form && problem.errors?.length) markFields(form, problem.errors);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/* Islands ask for a partial by an event, so that they need not know htmx. */
document.addEventListener('shouhu:load', (event) => {
  const { url, target } = event.detail;
  htmx.ajax('GET', url, { target, swap: 'innerHTML' });
});

/* htmx notes the current path in the session storage; it may name a case, so it does not stay. */
function forgetPath() {
  sessionStorage.removeItem('htmx-current-path-for-history');
}
['htmx:pushedIntoHistory', 'htmx:replacedInHistory', 'htmx:afterSettle', 'htmx:load'].forEach((name) => {
  document.addEventListener(name, () => setTimeout(forgetPath, 0));
});
