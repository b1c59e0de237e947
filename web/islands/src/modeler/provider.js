/* The 治理 provider of the properties panel: our groups, put in after the general one. */
import { Group, ListGroup } from '@bpmn-io/properties-panel';
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { t } from '../lib/i18n.js';
import { entry } from './entries.js';
import { conditionGroup, messageGroup, multiGroup } from './special.js';
import { GROUPS, LISTS } from './groups.js';
import { Writer, ext, exts, ownerOf } from './moddle.js';

const PRIORITY = 500;

class GovProvider {
  constructor(propertiesPanel, injector) {
    this.injector = injector;
    propertiesPanel.registerProvider(PRIORITY, this);
  }

  getGroups(element) {
    return (groups) => {
      const ours = element.labelTarget ? [] : this.groups(element);
      const at = groups.findIndex((group) => group.id === 'general');
      return [...groups.slice(0, at + 1), ...ours, ...groups.slice(at + 1)];
    };
  }

  groups(element) {
    const bo = ownerOf(element);
    const fits = (spec) => isAny(bo, spec.types) && (!spec.timer || hasTime(bo)) && (!spec.when || spec.when(bo, ext));
    const plain = GROUPS.filter(fits).map((spec) => plainGroup(spec, element, bo));
    const lists = LISTS.filter(fits).map((spec) => listGroup(spec, element, bo, this.injector));
    const special = [conditionGroup, messageGroup, multiGroup].map((make) => make(element, bo, this.injector)).filter(Boolean);
    return order([...special, ...plain, ...lists]);
  }
}
GovProvider.$inject = ['propertiesPanel', 'injector'];

/* User tasks have a due; of the events only timers have. */
function hasTime(bo) {
  if (is(bo, 'bpmn:UserTask')) return true;
  return (bo.get('eventDefinitions') || []).some((each) => is(each, 'bpmn:TimerEventDefinition'));
}

/* The order of 4.1: who, until when, with what, to which result, on what basis. */
const ORDER = ['identity', 'condition', 'assignment', 'seats', 'seatlist', 'vote', 'due', 'escalation', 'catchup', 'form', 'outcomes',
  'decision', 'service', 'script', 'manual', 'call', 'message', 'multi', 'evidence', 'clauses', 'return', 'transfer', 'handling', 'excluded'];

function order(groups) {
  const rank = (group) => {
    const at = ORDER.indexOf(group.id.replace('gov-', ''));
    return at < 0 ? ORDER.length : at;
  };
  return groups.map((group, index) => [rank(group), index, group]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((row) => row[2]);
}

function plainGroup(spec, element, bo) {
  return {
    id: `gov-${spec.id}`,
    label: t(spec.label),
    component: Group,
    shouldOpen: ['assignment', 'due', 'form', 'decision', 'service', 'call'].includes(spec.id),
    entries: spec.entries.map((row) => entry(row, element, bo, `gov-${spec.id}-`)),
  };
}

function listGroup(spec, element, bo, injector) {
  const writer = new Writer(injector);
  const holder = spec.parent ? ext(bo, spec.parent) : null;
  const rows = spec.parent ? (holder?.get(spec.prop) || []) : exts(bo, spec.item);
  const add = (event) => {
    event.stopPropagation();
    const fresh = freshItem(spec, rows);
    if (spec.parent) writer.addChild(element, bo, spec.parent, spec.prop, spec.item, fresh);
    else writer.addExt(element, bo, spec.item, fresh);
  };
  return {
    id: `gov-${spec.id}`,
    label: t(spec.label),
    component: ListGroup,
    element,
    add,
    items: rows.map((each, index) => listItem({ spec, each, index, element, bo, holder, writer })),
  };
}

function listItem({ spec, each, index, element, bo, holder, writer }) {
  const id = `gov-${spec.id}-${index}`;
  return {
    id,
    label: spec.title(each).trim(),
    autoFocusEntry: `${id}-${spec.entries[0].name}`,
    entries: spec.entries.map((row) => entry({ ...row, holder: each }, element, bo, `${id}-`)),
    remove: (event) => {
      event.stopPropagation();
      if (holder) writer.removeChild(element, holder, spec.prop, each);
      else writer.removeExt(element, bo, each);
    },
  };
}

/* A new item must not repeat the key of another one. */
function freshItem(spec, rows) {
  const fresh = { ...spec.fresh };
  for (const key of ['id', 'value', 'name']) {
    if (fresh[key] && rows.some((each) => each.get(key) === fresh[key])) fresh[key] = `${fresh[key]}${rows.length + 1}`;
  }
  if (spec.item === 'gov:Escalation') fresh.level = rows.length + 1;
  return fresh;
}

export const govProviderModule = { __init__: ['govProvider'], govProvider: ['type', GovProvider] };
