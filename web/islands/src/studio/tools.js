/* The tool row belongs to the page; its buttons [data-act] and the keys end up here. */
import { composing } from '../lib/dom.js';

/** Bind ACTS (name → function) to the buttons and keys; KEEPER guards links that publish. */
export function bindTools(acts, keeper = null) {
  document.addEventListener('click', (event) => {
    const act = event.target.closest?.('[data-act]')?.dataset.act;
    if (act && acts[act]) {
      event.preventDefault();
      acts[act]();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (composing(event)) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && key === 's' && acts.save) press(event, acts.save);
    else if (event.key === 'F8' && acts.next) press(event, acts.next);
  });
  if (keeper) guardPublish(keeper);
}

function press(event, act) {
  event.preventDefault();
  act();
}

/* Publishing starts from what is saved: save first, then go where the page's control leads. */
function guardPublish(keeper) {
  document.addEventListener('click', async (event) => {
    const control = event.target.closest?.('[data-act="publish"]');
    if (!control || control.dataset.saved === '1') return;
    event.preventDefault();
    if (control.getAttribute('aria-disabled') === 'true' || !(await keeper.save(true))) return;
    control.dataset.saved = '1';
    control.click();
    delete control.dataset.saved;
  });
}
