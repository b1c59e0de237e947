/* Conditions of a form see an empty text as the server does: as null.
 * The form library keeps '' in text fields, so "given_no = null" would be false there. */
class Conditions {
  constructor(expressionLanguage) {
    const original = expressionLanguage.evaluateUnaryTest.bind(expressionLanguage);
    expressionLanguage.evaluateUnaryTest = (condition, data = {}) => original(condition, emptyAsNull(data));
  }
}
Conditions.$inject = ['expressionLanguage'];

/** Give DATA with null for each empty text. */
export function emptyAsNull(data) {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value === '' ? null : value]));
}

/** Wrap the conditions of a form. */
export const conditionsModule = { __init__: ['shouhuConditions'], shouhuConditions: ['type', Conditions] };
