/* Dialogs on the native <dialog>: it traps the focus, closes on Esc and gives the focus back. */
import { el } from './dom.js';
import { t } from './i18n.js';

/** Open a modal dialog of title, body nodes and buttons; return the element. */
export function openDialog({ title, body = [], buttons = [], onclose }) {
  const heading = el('h2', {}, title);
  const cancel = el('button.bt', { type: 'button', onclick: () => dialog.close('cancel') }, t('取消'));
  const dialog = el(
    'dialog.dlg',
    { 'aria-label': title },
    el('header', {}, heading),
    el('div.bd', {}, ...body),
    el('footer', {}, el('span.ml'), cancel, ...buttons),
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    onclose?.(dialog.returnValue);
  });
  document.body.append(dialog);
  dialog.showModal();
  (dialog.querySelector('.bd input, .bd textarea, .bd select') || cancel).focus();
  return dialog;
}

/** Ask before an act: the label names object and target; resolve true or false. */
export function confirmAct({ title, text, label, danger = false }) {
  return new Promise((resolve) => {
    const act = el(`button.bt.${danger ? 'dp' : 'p'}`, { type: 'button' }, label);
    const note = el(`div.note${danger ? '.w' : ''}`, {}, text);
    const dialog = openDialog({
      title,
      body: [note],
      buttons: [act],
      onclose: (value) => resolve(value === 'act'),
    });
    act.addEventListener('click', () => dialog.close('act'));
    if (!danger) act.focus();
  });
}
