/* Island: one form of a task or a start event, its opinion and its outcomes. */
import { Form } from '@bpmn-io/form-js-viewer';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import { Acts, DEBOUNCE_MS } from './forms/acts.js';
import { conditionsModule } from './forms/conditions.js';
import { Draft } from './forms/draft.js';
import { fieldsModule } from './forms/fields/index.js';
import { messagesModule } from './forms/messages.js';
import { requiredModule } from './forms/required.js';
import { localiseDates } from './lib/flatpickr.js';
import { send } from './lib/http.js';
import { island } from './lib/page.js';

island('formview', async (element, options) => {
  localiseDates();
  const rowErrors = {};
  const page = {
    registers: options.registers || {},
    uploadUrl: options.uploadUrl,
    actor: options.actor,
  };
  const form = new Form({
    container: element,
    debounce: DEBOUNCE_MS,
    additionalModules: [
      { shouhuPage: ['value', page], shouhuRowErrors: ['value', rowErrors] },
      fieldsModule,
      messagesModule,
      conditionsModule(options.schema),
      requiredModule,
    ],
  });
  const held = options.contentUrl ? (await send(options.contentUrl)).data : options;
  const saved = held.draft || {};
  await form.importSchema(options.schema, { ...held.data, ...saved.data });
  form.setProperty('readOnly', Boolean(options.readOnly));
  if (options.readOnly) return;
  const acts = new Acts({ element, form, options, rowErrors, saved });
  const draft = new Draft({ form, options, acts });
  acts.start(draft);
});
