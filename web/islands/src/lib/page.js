/* What every island does with its page: find the mount, read options, say when it is usable. */

/** Return the mounts of island NAME with their options, in page order. */
export function mounts(name) {
  return [...document.querySelectorAll(`[data-island="${name}"]`)].map((element) => ({
    element,
    options: readOptions(element),
  }));
}

/** Read the JSON of the script element that follows the mount or lies inside it. */
export function readOptions(element) {
  const inside = element.querySelector(':scope > script[type="application/json"]');
  const next = element.nextElementSibling;
  const script = inside || (next?.matches('script[type="application/json"]') ? next : null);
  return script ? JSON.parse(script.textContent) : {};
}

/** Tell tests and assistive scripts that the page can be used. */
export function ready() {
  document.body.dataset.ready = '1';
}

/** Run MAIN once the document is parsed. */
export function whenParsed(main) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', main);
  else main();
}

/** Mount NAME everywhere with START(element, options); a failure becomes a visible note. */
export function island(name, start) {
  whenParsed(async () => {
    for (const { element, options } of mounts(name)) {
      try {
        await start(element, options);
      } catch (error) {
        showFailure(element, error);
      }
    }
    ready();
  });
}

function showFailure(element, error) {
  const note = document.createElement('div');
  note.className = 'note x';
  note.setAttribute('role', 'alert');
  note.textContent = `页面组件未能启动：${error.problem?.detail || error.message}。请刷新页面；仍不行时把这句话告诉管理员。`;
  element.replaceChildren(note);
  console.warn(error);
}

/** True in the browser tests: unknown translation keys are collected then. */
export function inTest() {
  return document.body.dataset.test === '1';
}

/** 'zh' or 'en', from the language of the document. */
export function language() {
  return (document.documentElement.lang || 'zh-CN').toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
