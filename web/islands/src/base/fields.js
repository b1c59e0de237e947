/* Mark the fields of a refused plain form and lead the user to the first one. */
import { el } from '../lib/dom.js';

/** Remove all marks of FORM. */
export function clearFields(form) {
  form.querySelectorAll('[data-field-error]').forEach((node) => node.remove());
  form.querySelectorAll('[aria-invalid="true"]').forEach((field) => {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  });
}

/** Mark each of ERRORS ({field, detail}) at the control of that name in FORM. */
export function markFields(form, errors) {
  clearFields(form);
  let first = null;
  for (const { field, detail } of errors) {
    const control = form.elements.namedItem?.(field);
    const node = control instanceof RadioNodeList ? control[0] : control;
    if (!node) continue;
    const id = `err-${field.replace(/[^\w-]/g, '-')}`;
    node.setAttribute('aria-invalid', 'true');
    node.setAttribute('aria-describedby', id);
    node.after(el('div.errt', { id, data: { fieldError: '1' } }, detail));
    first ||= node;
  }
  first?.focus();
}
