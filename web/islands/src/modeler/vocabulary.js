/* The two vocabularies of a stored diagram. */
import camundaSource from 'camunda-bpmn-moddle/resources/camunda.json';
import gov from 'gov.json';

/* moddle does not write values that equal a default. The defaults of the camunda: descriptor are
 * not ours (an absent binding means the same deployment here), so they must not be dropped. */
const camunda = structuredClone(camundaSource);
for (const type of camunda.types) {
  for (const property of type.properties || []) delete property.default;
}

/* moddle renames what it registers, so it gets its own copy of our table. */
export const moddleExtensions = { camunda, gov: structuredClone(gov) };
