/* Island: the form editor with our palette, saved like a diagram. */
import { FormEditor } from '@bpmn-io/form-js-editor';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import './formedit/formedit.css';
import { FileFindings } from './dmn/findings.js';
import { fieldsModule } from './forms/fields/index.js';
import { optionsModule } from './formedit/provider.js';
import { send } from './lib/http.js';
import { localiseDates } from './lib/flatpickr.js';
import { island } from './lib/page.js';
import { Keeper } from './studio/keeper.js';
import { bindTools } from './studio/tools.js';

island('formedit', async (element, options) => {
  localiseDates();
  const got = await send(options.schemaUrl);
  const page = { shouhuPage: ['value', { registers: {} }] };
  const editor = new FormEditor({ container: element, additionalModules: [page, fieldsModule, optionsModule] });
  const schema = typeof got.data === 'string' ? JSON.parse(got.data) : got.data;
  await editor.importSchema(schema);
  const search = element.querySelector('.fjs-palette-search');
  search?.setAttribute('aria-label', search.placeholder);
  const findings = new FileFindings((id) => editor.get('selection').set(editor.get('formFieldRegistry').get(id)));
  findings.show(options.findings || []);
  if (options.readOnly) return;
  const keeper = new Keeper({
    options: { ...options, etag: options.etag || got.etag },
    type: 'application/json',
    read: async () => JSON.stringify(editor.saveSchema(), null, 2),
    onfindings: (rows) => findings.show(rows),
  });
  editor.on('commandStack.changed', () => keeper.changed());
  const stack = editor.get('commandStack');
  bindTools({
    save: () => keeper.save(true),
    check: () => keeper.check(),
    undo: () => stack.canUndo() && stack.undo(),
    redo: () => stack.canRedo() && stack.redo(),
    next: () => findings.next(),
  }, keeper);
  keeper.check();
});
