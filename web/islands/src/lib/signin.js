/* 401 inside a page: sign in in another tab, then go on here; nothing typed is lost. */
import { el } from './dom.js';
import { t } from './i18n.js';
import { openDialog } from './dialog.js';

/** Ask until the user says that he signed in again, then take the page's new CSRF token. */
export function askSignIn() {
  return new Promise((resolve) => {
    const go = el('button.bt.p', { type: 'button' }, t('已登录，继续'));
    const dialog = openDialog({
      title: t('登录已失效'),
      body: [el('p', {}, t('已填写的内容仍在本页。请在新标签页登录，再回到这里继续。'))],
      buttons: [el('a.bt.o', { href: '/login', target: '_blank', rel: 'noopener' }, t('在新标签页登录')), go],
    });
    go.addEventListener('click', async () => {
      await renewToken();
      dialog.close();
      resolve();
    });
  });
}

async function renewToken() {
  const answer = await fetch(location.href, { credentials: 'same-origin' });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.querySelector('meta[name="csrf-token"]')?.content;
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (fresh && meta) meta.content = fresh;
}
