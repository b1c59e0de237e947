/* Conditions of a form see its values as the server does: an empty text is null, a date a date.
 * The form library keeps '' in text fields, so "given_no = null" would be false there; it keeps
 * dates as text, so "found_on.month" would be null; facts of the case carry numbers as text. */
const MAKERS = { date: 'date', datetime: 'date and time', number: 'number' };

class Values {
  constructor(expressionLanguage, schema) {
    this.language = expressionLanguage;
    this.kinds = schema.kinds || {};
    this.made = new Map();
    // The day of the server, not of the computer the form is filled in at.
    this.clock = schema.today ? { today: () => this.make(schema.today, 'date') } : {};
  }

  /** Give the values of a form as its conditions see them. */
  seen(data) {
    return { ...this.clock, ...this.all(data, this.kinds) };
  }

  all(values, kinds) {
    const pairs = Object.entries(values);
    return Object.fromEntries(pairs.map(([key, value]) => [key, this.one(value, kinds[key])]));
  }

  one(value, kind) {
    if (value === '') return null;
    if (typeof kind === 'string') return typeof value === 'string' ? this.make(value, kind) : value;
    if (!kind || !value) return value;
    return Array.isArray(value) ? value.map((row) => this.all(row, kind)) : this.all(value, kind);
  }

  make(text, kind) {
    const key = `${kind} ${text}`;
    if (!this.made.has(key)) {
      this.made.set(key, this.language.evaluate(`=${MAKERS[kind]}(text)`, { text }));
    }
    return this.made.get(key);
  }
}
Values.$inject = ['expressionLanguage', 'shouhuSchema'];

/* The form library asks by a unary test, where an answer of null counts as met; the server's
 * conditions are expressions, and only true is true. */
class Conditions {
  constructor(expressionLanguage, values) {
    expressionLanguage.evaluateUnaryTest = (condition, data = {}) => {
      if (!expressionLanguage.isExpression(condition)) return null;
      return expressionLanguage.evaluate(condition, values.seen(data)) === true;
    };
  }
}
Conditions.$inject = ['expressionLanguage', 'shouhuValues'];

/** Wrap the conditions of the form SCHEMA: `kinds` and `today` are what the server says of it. */
export function conditionsModule(schema) {
  return {
    __init__: ['shouhuConditions'],
    shouhuConditions: ['type', Conditions],
    shouhuSchema: ['value', schema],
    shouhuValues: ['type', Values],
  };
}
