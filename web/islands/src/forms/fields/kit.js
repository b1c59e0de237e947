/* Shared parts of our own form fields: mark-up without JSX, frame, services, searching. */
import { Description, Errors, FormContext, Label } from '@bpmn-io/form-js-viewer';
import htm from 'htm';
import { h } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { send } from '../../lib/http.js';
import { debounce } from '../../lib/dom.js';

export const html = htm.bind(h);
export { useEffect, useRef, useState };

/** Entries of the form editor that our own types share with the built-in ones. */
export const ENTRIES = ['key', 'label', 'description', 'disabled', 'readonly', 'required', 'validation', 'conditional-hide', 'condition'];

/** Make `create` of a type: DEFAULTS are for a new field only, a loaded one stays as it is. */
export function fresh(defaults) {
  return (options = {}) => (options.id || options.key ? { ...options } : { ...defaults, ...options });
}

const SEARCH_WAIT_MS = 250;

/** The options of the page: register addresses, upload address. Empty inside the editor. */
export function usePage() {
  const { getService } = useContext(FormContext);
  return getService('shouhuPage', false) || {};
}

/** Row errors of the last refusal for the field with KEY: [{row, column, detail}]. */
export function useRowErrors(key) {
  const { getService } = useContext(FormContext);
  return getService('shouhuRowErrors', false)?.[key] || [];
}

/** Label, control, description and errors in the form's own classes. */
export function Frame({ field, domId, errors = [], disabled, readonly, type, children }) {
  const required = field.validate?.required;
  const classes = ['fjs-form-field', `fjs-form-field-${type}`];
  if (errors.length) classes.push('fjs-has-errors');
  if (disabled) classes.push('fjs-disabled');
  if (readonly) classes.push('fjs-readonly');
  return html`<div class=${classes.join(' ')}>
    <${Label} id=${`${domId}-label`} htmlFor=${domId} label=${field.label} required=${required} />
    ${children}
    <${Description} id=${`${domId}-description`} description=${field.description} />
    <${Errors} id=${`${domId}-error-message`} errors=${errors} />
  </div>`;
}

/** Attributes that tie a control to its description and errors, and say that it is required. */
export function described(domId, errors = [], field = {}) {
  return {
    'aria-required': Boolean(field.validate?.required),
    'aria-describedby': `${domId}-description ${domId}-error-message`,
    'aria-invalid': errors.length > 0,
  };
}

/** Ask a register: {q, parent, root, roleGroup, codes, limit}; an empty address gives no rows. */
export async function searchRegister(url, query) {
  if (!url) return [];
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const { data } = await send(`${url}${url.includes('?') ? '&' : '?'}${params}`);
  return data?.items || [];
}

/** A search that waits for a pause; a later question makes an earlier answer void. */
export function useSearch(url, fixed) {
  const [items, setItems] = useState([]);
  const state = useRef({ ask: null, turn: 0 });
  state.current.run = async (q) => {
    state.current.turn += 1;
    const turn = state.current.turn;
    const found = await searchRegister(url, { ...fixed, q, limit: 20 }).catch(() => []);
    if (turn === state.current.turn) setItems(found);
  };
  state.current.ask ||= debounce((q) => state.current.run(q), SEARCH_WAIT_MS);
  return { items, ask: state.current.ask, clear: () => setItems([]) };
}
