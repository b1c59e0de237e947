/* The heading of the properties panel names the type of an element; the library builds the
 * English words from the class name, so all combinations are made here. */

const PLAIN = {
  Process: '流程', Collaboration: '协作图', Participant: '泳池', Lane: '泳道', Task: '环节', 'User Task': '用户环节', 'Manual Task': '人工环节', 'Service Task': '服务任务',
  'Send Task': '发送任务', 'Receive Task': '接收任务', 'Script Task': '脚本任务', 'Business Rule Task': '决策任务', 'Call Activity': '调用子流程', Transaction: '事务子流程',
  'Expanded Sub Process': '子流程（展开）', 'Collapsed Sub Process': '子流程（折叠）', 'Event Sub Process': '事件子流程', 'Ad Hoc Sub Process': '自由子流程', 'Expanded Ad Hoc Sub Process': '自由子流程（展开）', 'Collapsed Ad Hoc Sub Process': '自由子流程（折叠）',
  'Exclusive Gateway': '排他网关', 'Inclusive Gateway': '包容网关', 'Parallel Gateway': '并行网关', 'Complex Gateway': '复杂网关', 'Event Based Gateway': '事件网关',
  'Sequence Flow': '连线', 'Default Flow': '默认连线', 'Conditional Flow': '条件连线', 'Message Flow': '消息流', Association: '关联', 'Data Input Association': '数据输入', 'Data Output Association': '数据输出',
  'Data Object Reference': '数据对象', 'Data Store Reference': '数据存储', 'Text Annotation': '注释', Group: '分组',
};
const EVENTS = { 'Start Event': '开始事件', 'End Event': '结束事件', 'Boundary Event': '边界事件', 'Intermediate Catch Event': '中间捕获事件', 'Intermediate Throw Event': '中间抛出事件' };
const KINDS = { '': '', Message: '消息', Timer: '定时', Conditional: '条件', Signal: '信号', Error: '错误', Escalation: '升级', Compensate: '补偿', Compensation: '补偿', Link: '链接', Terminate: '终止', Cancel: '取消' };

/** English heading → Chinese word. */
export function typeWords() {
  const words = { ...PLAIN };
  for (const [event, name] of Object.entries(EVENTS)) {
    for (const [kind, word] of Object.entries(KINDS)) {
      const key = kind ? `${kind} ${event}` : event;
      words[key] = `${word}${name}`;
      words[`${key} (Non Interrupting)`] = `${word}${name}（不中断）`;
    }
  }
  return words;
}
