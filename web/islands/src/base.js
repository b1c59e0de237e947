/* The script of every page: htmx with our settings, problems, list keys, form helpers. */
import './base/htmx.js';
import { startForms } from './base/forms.js';
import { startKeys } from './base/keys.js';
import { startLists } from './base/lists.js';
import { ready, whenParsed } from './lib/page.js';

whenParsed(() => {
  startLists();
  startForms();
  startKeys();
  if (!document.querySelector('[data-island]')) ready();
});
