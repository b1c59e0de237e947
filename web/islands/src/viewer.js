/* Island: a diagram with the state of one case; the text list beside it is made by the server. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import { send } from './lib/http.js';
import { island } from './lib/page.js';
import { fitAll, fitReadable } from './lib/view.js';
import { CANVAS_TEXT } from './modeler/font.js';
import { marksModule } from './viewer/marks.js';
import { translateModule } from './i18n/translate.js';

island('viewer', async (element, options) => {
  const [xml, state] = await Promise.all([
    send(options.xmlUrl),
    options.stateUrl ? send(options.stateUrl) : Promise.resolve({ data: options.state || {} }),
  ]);
  element.classList.add('canvas');
  const viewer = new NavigatedViewer({
    container: element,
    textRenderer: CANVAS_TEXT,
    additionalModules: [translateModule, marksModule],
  });
  await viewer.importXML(xml.data);
  viewer.get('stateMarks').show(state.data || {});
  fit(viewer, state.data || {});
  document.addEventListener('click', (event) => {
    if (event.target.closest?.('[data-act="fit"]')) fitAll(viewer.get('canvas'));
  });
  showFirst(viewer, options.focus || []);
  viewer.on('element.click', ({ element: picked }) => open(viewer, picked, options));
});

const READABLE = 0.85; // smallest scale at which the names of steps are read without effort

/* A long diagram starts at the first element that is being worked on, large enough to read. */
function fit(viewer, state) {
  const current = Object.entries(state.elements || {}).find(([, facts]) => facts.marks?.includes('current'));
  const element = current ? viewer.get('elementRegistry').get(current[0]) : null;
  fitReadable(viewer.get('canvas'), element ? { element, least: READABLE } : {});
}

/* A comparison opens where something changed. */
function showFirst(viewer, ids) {
  const first = ids.map((id) => viewer.get('elementRegistry').get(id)).find((each) => each && !each.waypoints);
  if (first) viewer.get('canvas').scrollToElement(first, { top: 120, right: 160, bottom: 120, left: 160 });
}

/* A click on an activity loads its rounds into the panel the page names. */
function open(viewer, picked, options) {
  if (!picked.parent) return;
  const canvas = viewer.get('canvas');
  viewer.get('elementRegistry').forEach((each) => canvas.removeMarker(each, 'm-picked'));
  canvas.addMarker(picked, 'm-picked');
  const id = picked.labelTarget?.id || picked.id;
  document.dispatchEvent(new CustomEvent('shouhu:element', { detail: { id } }));
  if (!options.panelUrl) return;
  const url = options.panelUrl.replace('{id}', encodeURIComponent(id));
  document.dispatchEvent(new CustomEvent('shouhu:load', { detail: { url, target: options.panelTarget || '#element-panel' } }));
}
