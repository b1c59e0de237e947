/* Island: the BPMN designer with our 治理 panel, server findings, drafts and versions. */
import Modeler from 'bpmn-js/lib/Modeler';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import ColorPickerModule from 'bpmn-js-color-picker';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import MinimapModule from 'diagram-js-minimap';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import 'bpmn-js-color-picker/colors/color-picker.css';
import './modeler/modeler.css';
import panel from './i18n/panel.json';
import { canvasDictionary, translator } from './i18n/translate.js';
import { typeWords } from './i18n/types.js';
import { send } from './lib/http.js';
import { t } from './lib/i18n.js';
import { island } from './lib/page.js';
import { fitAll, fitReadable } from './lib/view.js';
import { CANVAS_TEXT } from './modeler/font.js';
import { Findings } from './modeler/findings.js';
import { govProviderModule } from './modeler/provider.js';
import { moddleExtensions } from './modeler/vocabulary.js';
import { Keeper } from './studio/keeper.js';
import { slot } from './studio/slots.js';
import { bindTools } from './studio/tools.js';

const translate = { translate: ['value', translator(canvasDictionary, typeWords(), panel)] };

island('modeler', async (element, options) => {
  const got = await send(options.xmlUrl);
  const tool = options.readOnly ? reader(element) : designer(element, options);
  const { warnings } = await tool.importXML(got.data);
  const blocked = warnings.filter((each) => /gov:/.test(each.message));
  fitReadable(tool.get('canvas'), { left: PALETTE_PX });
  const findings = new Findings({ tool, options });
  findings.show(options.findings || []);
  showNamed(tool);
  if (options.readOnly || blocked.length) {
    freeze(element, tool, blocked);
    return;
  }
  const keeper = new Keeper({
    options: { ...options, etag: options.etag || got.etag },
    type: 'application/xml',
    read: async () => (await tool.saveXML({ format: true })).xml,
    onfindings: (rows) => findings.show(rows),
  });
  tool.on('commandStack.changed', () => keeper.changed());
  bindTools({ ...actions(tool, findings), save: () => keeper.save(true), check: () => keeper.check() }, keeper);
  keeper.check();
});

function designer(element, options) {
  options.picks ||= {};
  return new Modeler({
    container: element,
    propertiesPanel: { parent: slot('panel', element) },
    moddleExtensions,
    textRenderer: CANVAS_TEXT,
    shouhu: options,
    additionalModules: [
      BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, govProviderModule, ColorPickerModule,
      CreateAppendAnythingModule, MinimapModule, translate,
    ],
  });
}

function reader(element) {
  return new NavigatedViewer({ container: element, moddleExtensions, textRenderer: CANVAS_TEXT, additionalModules: [translate] });
}

/* Nothing may be lost: what the descriptor does not know is shown, not saved. */
function freeze(element, tool, blocked) {
  document.querySelectorAll('[data-act="save"], [data-act="undo"], [data-act="redo"]').forEach((button) => {
    button.disabled = true;
  });
  bindTools({ fit: () => fit(tool) });
  if (!blocked.length) return;
  const note = slot('panel', element);
  note.replaceChildren();
  note.append(t('本文件含有不认识的治理属性，只能查看，不能保存：{list}', { list: blocked.map((each) => each.message).join('；') }));
}

/* The palette lies over the left edge of the canvas. */
const PALETTE_PX = 124;

/* An address ending in #element leads to that element, from a list of findings elsewhere. */
function showNamed(tool) {
  const named = tool.get('elementRegistry').get(decodeURIComponent(location.hash.slice(1)));
  if (!named) return;
  tool.get('canvas').scrollToElement?.(named, { top: 80, right: 80, bottom: 80, left: 80 });
  select(tool, named, FRAMES);
}

/* The panel listens only after its first painting: say it once more each frame until it has
   heard, unless the reader has chosen something else meanwhile. */
const FRAMES = 120;

function select(tool, named, frames) {
  let heard = !tool.get('propertiesPanel', false);
  const hear = ({ element }) => { heard ||= element === named; };
  tool.on('propertiesPanel.updated', hear);
  tool.get('selection').select(named);
  tool.off('propertiesPanel.updated', hear);
  if (heard || !frames) return;
  requestAnimationFrame(() => tool.get('selection').isSelected(named) && select(tool, named, frames - 1));
}

function fit(tool) {
  fitAll(tool.get('canvas'), PALETTE_PX);
}

function actions(tool, findings) {
  const stack = tool.get('commandStack');
  return {
    undo: () => stack.canUndo() && stack.undo(),
    redo: () => stack.canRedo() && stack.redo(),
    fit: () => fit(tool),
    map: () => tool.get('minimap').toggle(),
    svg: () => exportSvg(tool),
    next: () => findings.next(),
  };
}

async function exportSvg(tool) {
  const { svg } = await tool.saveSVG();
  const link = document.createElement('a');
  link.href = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  link.download = 'diagram.svg';
  link.click();
}
