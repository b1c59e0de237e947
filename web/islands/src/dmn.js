/* Island: decision tables, edited and saved like diagrams; tests run on the server's engine. */
import DmnModeler from 'dmn-js/lib/Modeler';
import DmnViewer from 'dmn-js/lib/NavigatedViewer';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './dmn/dmn.css';
import dictionary from './i18n/dmn.json';
import { canvasDictionary, translator } from './i18n/translate.js';
import { FileFindings } from './dmn/findings.js';
import { TestGrid } from './dmn/testgrid.js';
import { send } from './lib/http.js';
import { el } from './lib/dom.js';
import { t } from './lib/i18n.js';
import { island } from './lib/page.js';
import { Keeper } from './studio/keeper.js';
import { bindTools } from './studio/tools.js';

const translate = { translate: ['value', translator(canvasDictionary, dictionary)] };

island('dmn', async (element, options) => {
  const got = await send(options.xmlUrl);
  const bar = el('nav.tabs', { 'aria-label': t('视图') });
  const host = el('div.dmn-host');
  element.append(bar, host);
  const part = { additionalModules: [translate] };
  const Tool = options.readOnly ? DmnViewer : DmnModeler;
  const tool = new Tool({ container: host, drd: part, decisionTable: part, literalExpression: part, boxedExpression: part });
  await tool.importXML(got.data);
  await openFirst(tool, options.decision);
  tabs(tool, bar);
  if (options.testUrl) new TestGrid(options).start();
  if (options.readOnly) return;
  const findings = new FileFindings((id) => jump(tool, id));
  findings.show(options.findings || []);
  const keeper = new Keeper({
    options: { ...options, etag: options.etag || got.etag },
    type: 'application/xml',
    read: async () => (await tool.saveXML({ format: true })).xml,
    onfindings: (rows) => findings.show(rows),
  });
  watch(tool, keeper);
  bindTools({
    save: () => keeper.save(true),
    check: () => keeper.check(),
    undo: () => stackOf(tool)?.undo(),
    redo: () => stackOf(tool)?.redo(),
    next: () => findings.next(),
  }, keeper);
  keeper.check();
});

/* The named decision, or the first table: the graph is one click away. */
async function openFirst(tool, id) {
  const views = tool.getViews();
  const wanted = views.find((view) => id && view.element.id === id) || views.find((view) => view.type === 'decisionTable');
  if (wanted) await tool.open(wanted);
}

function stackOf(tool) {
  return tool.getActiveViewer()?.get('commandStack', false);
}

/* Each view has its own viewer; listen on each of them once. */
function watch(tool, keeper) {
  const seen = new WeakSet();
  const listen = () => {
    const viewer = tool.getActiveViewer();
    if (!viewer || seen.has(viewer)) return;
    seen.add(viewer);
    viewer.on('commandStack.changed', () => keeper.changed());
  };
  listen();
  tool.on('views.changed', listen);
}

/** One tab per view, above the table. */
function tabs(tool, bar) {
  const draw = () => {
    const active = tool.getActiveView();
    bar.replaceChildren(...tool.getViews().map((view) => el('a', {
      href: '#',
      'aria-current': active && view.element === active.element ? 'page' : null,
      onclick: (event) => {
        event.preventDefault();
        tool.open(view).then(draw);
      },
    }, view.type === 'drd' ? t('决策关系图') : view.element.name || view.element.id)));
  };
  tool.on('views.changed', draw);
  draw();
}

async function jump(tool, id) {
  const view = tool.getViews().find((each) => each.element.id === id);
  if (view) await tool.open(view);
}
