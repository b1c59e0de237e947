/* The two vocabularies of a stored diagram. */
import camundaSource from 'camunda-bpmn-moddle/resources/camunda.json';
import gov from 'gov.json';

/* moddle does not write values that equal a default. The defaults of the camunda: descriptor are
 * not ours (an absent binding means the same deployment here), and a file that says a default of
 * the gov: table in so many words keeps saying it. So both are registered without defaults; the
 * panel takes them from the table. moddle also renames what it registers: it gets copies. */
function withoutDefaults(source) {
  const copy = structuredClone(source);
  for (const type of copy.types) {
    for (const property of type.properties || []) delete property.default;
  }
  return copy;
}

export const moddleExtensions = { camunda: withoutDefaults(camundaSource), gov: withoutDefaults(gov) };
