/* Groups that are not one attribute here or there: condition, message, multi-instance. */
import { Group } from '@bpmn-io/properties-panel';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { t } from '../lib/i18n.js';
import { entry } from './entries.js';
import { Writer } from './moddle.js';

/** Condition and meaning of a sequence flow. */
export function conditionGroup(element, bo, injector) {
  if (!is(bo, 'bpmn:SequenceFlow')) return null;
  const writer = new Writer(injector);
  const rows = [{ name: 'gov:action', label: '动作类型', kind: 'select' }];
  if (takesCondition(bo)) {
    rows.unshift({
      name: 'conditionExpression',
      label: '条件（FEEL）',
      kind: 'feel',
      get: () => bo.get('conditionExpression')?.get('body'),
      set: (props, value) => writer.set(element, bo, { conditionExpression: value ? writer.make('bpmn:FormalExpression', { body: value }, bo) : undefined }),
    });
  }
  return { id: 'gov-condition', label: t('条件与动作'), component: Group, shouldOpen: true, entries: rows.map((row) => entry(row, element, bo, 'gov-condition-')) };
}

/* Conditions stand after choosing gateways and on flows leaving activities; not on default flows. */
function takesCondition(bo) {
  const source = bo.get('sourceRef');
  if (!source || source.get('default') === bo) return false;
  return is(source, 'bpmn:ExclusiveGateway') || is(source, 'bpmn:InclusiveGateway') || is(source, 'bpmn:Activity');
}

/** Time to live and matching key of the message an event or task refers to. */
export function messageGroup(element, bo) {
  const definition = (bo.get('eventDefinitions') || []).find((each) => is(each, 'bpmn:MessageEventDefinition'));
  const message = (definition || bo).get('messageRef');
  if (!message || !is(message, 'bpmn:Message')) return null;
  const rows = [
    { name: 'gov:timeToLive', label: '无人接收时保留', hint: 'P1D 表示一日', holder: undefined },
    { ext: 'gov:Correlation', name: 'key', label: '匹配键', kind: 'feel' },
  ];
  return { id: 'gov-message', label: t('消息匹配'), component: Group, entries: rows.map((row) => entry(row, element, message, 'gov-message-')) };
}

/** Where the items of a multi-instance activity come from. */
export function multiGroup(element, bo) {
  const loop = bo.get('loopCharacteristics');
  if (!loop || !is(loop, 'bpmn:MultiInstanceLoopCharacteristics')) return null;
  const rows = [
    { name: 'camunda:collection', label: '逐项取自', kind: 'feel', feelMark: true },
    { name: 'camunda:elementVariable', label: '每项存入变量' },
  ];
  return { id: 'gov-multi', label: t('多实例取值'), component: Group, entries: rows.map((row) => entry(row, element, loop, 'gov-multi-')) };
}
