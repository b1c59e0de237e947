/* Places the page offers to a designer; a missing one is made so that nothing is lost. */
import { el } from '../lib/dom.js';

/** The element [data-slot=NAME] of the page, or a new one after AFTER. */
export function slot(name, after) {
  const found = document.querySelector(`[data-slot="${name}"]`);
  if (found) return found;
  const made = el('div', { data: { slot: name } });
  after.after(made);
  return made;
}

/** Write TEXT into every [data-slot=NAME]; do nothing where the page has none. */
export function say(name, text) {
  document.querySelectorAll(`[data-slot="${name}"]`).forEach((place) => {
    place.textContent = text;
  });
}
