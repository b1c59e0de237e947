/* Reading and writing of gov: and camunda: facts; every change is one command on the stack. */
import gov from 'gov.json';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

const TYPES = Object.fromEntries(gov.types.map((type) => [`gov:${type.name}`, type]));
const TRAITS = gov.types.filter((type) => type.extends);

/* Elements that mean something even without attributes stay when they become empty. */
const STAYS = new Set(['gov:Seats', 'gov:Return', 'gov:Transfer']);

/** The process of a participant, else the business object itself. */
export function ownerOf(element) {
  const bo = getBusinessObject(element);
  return is(bo, 'bpmn:Participant') && bo.processRef ? bo.processRef : bo;
}

/** The descriptor of property NAME of an element type, or of a gov: attribute of a BPMN type. */
export function describe(type, name) {
  if (TYPES[type]) return TYPES[type].properties.find((each) => each.name === name);
  const plain = name.replace(/^gov:/, '');
  return TRAITS.flatMap((each) => each.properties).find((each) => each.name === plain);
}

/** The first extension element of TYPE of BO. */
export function ext(bo, type) {
  return bo.get('extensionElements')?.get('values')?.find((each) => is(each, type));
}

/** All extension elements of TYPE of BO. */
export function exts(bo, type) {
  return bo.get('extensionElements')?.get('values')?.filter((each) => is(each, type)) || [];
}

const update = (element, moddleElement, properties) => ({
  cmd: 'element.updateModdleProperties',
  context: { element, moddleElement, properties },
});

/** Writes facts of one element; made from the injector of the modeler. */
export class Writer {
  constructor(injector) {
    this.stack = injector.get('commandStack');
    this.factory = injector.get('bpmnFactory');
  }

  run(commands) {
    if (commands.length) this.stack.execute('properties-panel.multi-command-executor', commands);
  }

  make(type, properties, parent) {
    const made = this.factory.create(type, properties);
    made.$parent = parent;
    return made;
  }

  /** Set PROPERTIES of HOLDER, a moddle object below ELEMENT. */
  set(element, holder, properties) {
    this.run([update(element, holder, properties)]);
  }

  /** Set PROPERTIES of the extension element of TYPE, making or removing it as needed. */
  setExt(element, bo, type, properties) {
    const found = ext(bo, type);
    if (!found) return this.addExt(element, bo, type, properties);
    if (!STAYS.has(type) && emptyAfter(found, properties)) return this.removeExt(element, bo, found);
    return this.set(element, found, properties);
  }

  addExt(element, bo, type, properties) {
    const commands = [];
    const box = this.box(element, bo, commands);
    const made = this.make(type, properties, box);
    commands.push(update(element, box, { values: [...box.get('values'), made] }));
    this.run(commands);
    return made;
  }

  removeExt(element, bo, gone) {
    const box = bo.get('extensionElements');
    this.set(element, box, { values: box.get('values').filter((each) => each !== gone) });
  }

  box(element, bo, commands) {
    const found = bo.get('extensionElements');
    if (found) return found;
    const made = this.make('bpmn:ExtensionElements', { values: [] }, bo);
    commands.push(update(element, bo, { extensionElements: made }));
    return made;
  }

  /** Add a child of TYPE to the list PROP of the extension element PARENT, making it too. */
  addChild(element, bo, parent, prop, type, properties) {
    const commands = [];
    let holder = ext(bo, parent);
    if (!holder) {
      const box = this.box(element, bo, commands);
      holder = this.make(parent, {}, box);
      commands.push(update(element, box, { values: [...box.get('values'), holder] }));
    }
    const made = this.make(type, properties, holder);
    const many = TYPES[parent].properties.find((each) => each.name === prop).isMany;
    commands.push(update(element, holder, { [prop]: many ? [...holder.get(prop), made] : made }));
    this.run(commands);
    return made;
  }

  /** Remove CHILD from the list PROP of HOLDER. */
  removeChild(element, holder, prop, child) {
    this.set(element, holder, { [prop]: holder.get(prop).filter((each) => each !== child) });
  }
}

/* True if FOUND would hold nothing at all once PROPERTIES are set. */
function emptyAfter(found, properties) {
  const names = (TYPES[found.$type]?.properties || []).map((each) => each.name);
  return names.every((name) => {
    const next = name in properties ? properties[name] : own(found, name);
    return next === undefined || next === '' || (Array.isArray(next) && !next.length);
  });
}

function own(found, name) {
  return Object.prototype.hasOwnProperty.call(found, name) ? found[name] : undefined;
}
