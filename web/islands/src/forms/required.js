/* Fields required by a condition carry the mark while it holds, as fields always required do.
 * The server alone refuses; here a wrong guess must never keep anybody from submitting. */

class Required {
  constructor(eventBus, form, formFieldRegistry, expressionLanguage, shouhuValues) {
    this.form = form;
    this.registry = formFieldRegistry;
    this.language = expressionLanguage;
    this.values = shouhuValues;
    eventBus.on('form.init', () => this.mark());
    eventBus.on('changed', () => this.mark());
  }

  /** Set the mark of every such field to what its condition says now. */
  mark() {
    const { data, initialData } = this.form._getState();
    const values = this.values.seen({ ...initialData, ...data });
    let changed = false;
    for (const field of this.registry.getAll()) {
      const condition = field.properties?.requiredIf;
      if (!condition || field.readonly) continue;
      const now = this.holds(condition, values);
      if (Boolean(field.validate?.required) === now) continue;
      field.validate = { ...field.validate, required: now };
      field.requiredNow = now;
      changed = true;
    }
    if (changed) this.form._setState({});
  }

  holds(condition, values) {
    try {
      return this.language.evaluate(`=${condition.replace(/^=/, '')}`, values) === true;
    } catch {
      return false;
    }
  }
}
Required.$inject = ['eventBus', 'form', 'formFieldRegistry', 'expressionLanguage', 'shouhuValues'];

/** Mark the fields of a form that a condition requires. */
export const requiredModule = { __init__: ['shouhuRequired'], shouhuRequired: ['type', Required] };
