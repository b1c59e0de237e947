/* Build DOM nodes without innerHTML, so that no text of a case is ever read as mark-up. */

/** Create an element: el('button.bt.p', {type: 'button'}, 'text', child). */
export function el(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(props)) set(node, key, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, key, value) {
  if (value === undefined || value === null || value === false) return;
  if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
  else if (key === 'data') Object.assign(node.dataset, value);
  else if (key in node && key !== 'list' && key !== 'form') node[key] = value;
  else node.setAttribute(key, value === true ? '' : value);
}

/** Count code points, as the server does. */
export function codePoints(text) {
  return [...(text || '')].length;
}

/** True while an input method is composing: keys must then be left alone. */
export function composing(event) {
  return event.isComposing || event.keyCode === 229;
}

/** True if the keyboard belongs to a text field at the moment. */
export function typing(target) {
  return Boolean(target?.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]'));
}

/** Call FN only after it was quiet for WAIT milliseconds. */
export function debounce(fn, wait) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), wait);
  };
}
