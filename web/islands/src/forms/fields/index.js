/* Our field types as a form-js module, the same in viewer and editor. */
import { DivisionField } from './division.js';
import { EvidenceField } from './evidence.js';
import { GridField } from './grid.js';
import { OrgUnitField, PersonField, ReferenceField } from './register.js';
import { SignatureField } from './signature.js';

const FIELDS = [DivisionField, OrgUnitField, PersonField, EvidenceField, GridField, SignatureField, ReferenceField];

class ShouhuFields {
  constructor(formFields) {
    FIELDS.forEach((field) => formFields.register(field.config.type, field));
  }
}
ShouhuFields.$inject = ['formFields'];

/** Field types of this house. */
export const fieldsModule = { __init__: ['shouhuFields'], shouhuFields: ['type', ShouhuFields] };
