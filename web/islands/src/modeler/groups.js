/* The 治理 groups as data: which element shows which facts. Labels are the terms of the trade. */

const c = (name, label, rest = {}) => ({ name: `camunda:${name}`, label, ...rest });
const g = (name, label, rest = {}) => ({ name: `gov:${name}`, label, ...rest });
const e = (ext, name, label, rest = {}) => ({ ext: `gov:${ext}`, name, label, ...rest });

const BINDING = { kind: 'select', values: ['deployment', 'latest', 'version'], default: 'deployment', keep: true };

/** Plain groups: {id, label, types, entries}. */
export const GROUPS = [
  { id: 'identity', label: '标识与分类', types: ['bpmn:Process'], entries: [
    g('family', '业务类别'), g('numberPattern', '编号规则', { hint: '例如 {yyyy}-{prefecture4}-{seq4}' }),
    g('sensitivity', '公开范围', { kind: 'select' }), c('versionTag', '版本标签'), c('candidateStarterGroups', '可发起的岗位', { hint: '多个用逗号分开' }),
    g('merge', '并行写同一数据', { kind: 'select' }), g('cancelTo', '撤销后', { kind: 'select' }),
    g('reopenAt', '重启位置', { hint: '环节标识，多个用逗号分开' }), g('noCancelAfter', '此后不可撤销', { hint: '环节标识，多个用逗号分开' }) ] },
  { id: 'calendar', label: '日历与阶段', types: ['bpmn:Process'], entries: [g('calendar', '工作日历', { kind: 'pick', pick: 'calendars' })] },
  { id: 'retention', label: '保存期限', types: ['bpmn:Process'], entries: [g('retentionPeriod', '保存期限', { hint: 'P10Y 表示十年；permanent 表示永久' })] },
  { id: 'assignment', label: '承办', types: ['bpmn:UserTask'], entries: [
    e('Assignment', 'role', '岗位', { kind: 'pick', pick: 'roles' }), e('Assignment', 'level', '层级', { kind: 'select' }),
    e('Assignment', 'regionOf', '区划来自', { kind: 'select' }), e('Assignment', 'region', '指定区划'),
    e('Assignment', 'org', '指定单位', { kind: 'pick', pick: 'orgs' }), e('Assignment', 'onEmpty', '无人可派', { kind: 'select' }),
    e('Assignment', 'fallbackRole', '兜底岗', { kind: 'pick', pick: 'roles' }), e('Assignment', 'selfReview', '同级自审', { kind: 'select' }),
    e('Assignment', 'delegable', '可委派', { kind: 'check' }),
    c('candidateGroups', '候选岗位', { hint: '多个用逗号分开；以 = 开头为 FEEL' }), c('assignee', '指定人员', { hint: '人员编号；以 = 开头为 FEEL' }) ] },
  { id: 'seats', label: '席位', types: ['bpmn:UserTask'], entries: [
    { ext: 'gov:Seats', label: '由多个席位共同办理', kind: 'present' },
    e('Seats', 'rule', '规则', { kind: 'select' }), e('Seats', 'onDissent', '有人不同意', { kind: 'select' }),
    e('Seats', 'decidedBy', '或签由谁定', { kind: 'select' }), e('Seats', 'onFail', '不通过后', { kind: 'select' }),
    e('Seats', 'add', '可加签', { hint: 'before、after、beside，多个用逗号分开' }), e('Seats', 'maxSeats', '席位上限', { kind: 'number' }),
    e('Seats', 'members', '名单来自', { kind: 'feel' }), e('Seats', 'results', '各席意见存入变量') ] },
  { id: 'vote', label: '票签规则', types: ['bpmn:UserTask'], when: (bo, ext) => ext(bo, 'gov:Seats')?.get('rule') === 'vote', entries:
    [['base', '计票基数', 'select'], ['threshold', '通过线'], ['compare', '比较', 'select'], ['quorum', '最少票数', 'number'], ['revote', '可改票', 'check'],
      ['onDue', '到期', 'select'], ['silence', '未表态', 'select']].map(([name, label, kind]) => e('Seats', name, label, { kind, child: 'voteRule', childType: 'gov:VoteRule' })) },
  { id: 'conclusion', label: '结论席位', types: ['bpmn:UserTask'], when: (bo, ext) => ext(bo, 'gov:Seats')?.get('rule') === 'consult', entries:
    [['label', '名称'], ['form', '表单'], ['due', '期限'], ['state', '案件状态'], ['after', '逾期几个工作日后可先行审查', 'number'], ['late', '收到逾期意见时发出的消息']]
      .map(([name, label, kind]) => e('Seats', name, label, { kind, child: 'conclusion', childType: 'gov:Conclusion' })) },
  { id: 'due', label: '时限', types: ['bpmn:UserTask', 'bpmn:CatchEvent'], timer: true, entries: [
    e('Due', 'key', '期限', { kind: 'pick', pick: 'deadlines' }), e('Due', 'amount', '数量', { kind: 'number' }), e('Due', 'unit', '单位', { kind: 'select' }),
    e('Due', 'from', '起算', { kind: 'select' }), e('Due', 'field', '起算字段'), e('Due', 'latest', '最迟', { hint: '日期或 FEEL' }), e('Due', 'roll', '遇休息日', { kind: 'select' }),
    e('Due', 'warnBefore', '提前提醒', { hint: 'P2D 表示两日' }), e('Due', 'stopFor', '停表事由', { hint: '多个用逗号分开' }), e('Due', 'extendable', '可延期', { kind: 'check' }) ] },
  { id: 'catchup', label: '错过的时点', types: ['bpmn:CatchEvent'], timer: true, entries: [g('catchUp', '停机后', { kind: 'select' })] },
  { id: 'form', label: '表单', types: ['bpmn:UserTask', 'bpmn:StartEvent'], entries: [
    c('formRef', '表单', { kind: 'pick', pick: 'forms' }), c('formRefBinding', '表单版本', BINDING), c('formRefVersion', '版本号') ] },
  { id: 'starter', label: '发起', types: ['bpmn:StartEvent'], entries: [c('initiator', '发起人存入变量')] },
  { id: 'handling', label: '办理方式', types: ['bpmn:UserTask'], entries: [
    g('mobile', '可在手机办理', { kind: 'check' }), g('signOff', '须签名盖时间', { kind: 'check' }), g('bulkApprove', '可批量同意', { kind: 'check' }),
    g('layout', '打印版式'), g('revokeUntil', '可撤回到', { kind: 'select' }), g('dedupe', '同一人连续办理', { kind: 'select' }), c('priority', '优先级', { hint: '0 到 100' }) ] },
  { id: 'return', label: '退回', types: ['bpmn:UserTask'], entries: [
    e('Return', 'allowed', '可退回', { kind: 'check' }), e('Return', 'targets', '退回到', { hint: '环节标识，多个用逗号分开' }), e('Return', 'after', '改后', { kind: 'select' }),
    e('Return', 'seats', '重办席位', { kind: 'select' }), e('Return', 'max', '最多次数', { kind: 'number' }) ] },
  { id: 'transfer', label: '转办', types: ['bpmn:UserTask'], entries: [
    { ext: 'gov:Transfer', label: '可转办', kind: 'present' }, e('Transfer', 'scope', '范围', { kind: 'select' }), e('Transfer', 'maxChain', '最多转几手', { kind: 'number' }) ] },
  { id: 'phase', label: '阶段与状态', types: ['bpmn:FlowNode'], entries: [g('phase', '阶段', { kind: 'pick', pick: 'phases' }), g('state', '进入时案件状态', { kind: 'pick', pick: 'states' }), g('round', '进入下一轮')] },
  { id: 'decision', label: '决策', types: ['bpmn:BusinessRuleTask'], entries: [
    c('decisionRef', '决策表', { kind: 'pick', pick: 'decisions' }), c('decisionRefBinding', '版本', BINDING), c('decisionRefVersion', '版本号'),
    c('mapDecisionResult', '结果形式', { kind: 'select', values: ['singleEntry', 'singleResult', 'collectEntries', 'resultList'] }), c('resultVariable', '结果变量'),
    g('strict', '无匹配即出错', { kind: 'check' }), g('errorCode', '出错时抛出') ] },
  { id: 'service', label: '服务', types: ['bpmn:ServiceTask', 'bpmn:SendTask'], entries: [
    c('topic', '服务', { kind: 'pick', pick: 'services', also: (value) => ({ 'camunda:type': value ? 'external' : undefined }) }) ] },
  { id: 'failure', label: '失败', types: ['bpmn:ServiceTask', 'bpmn:ScriptTask'], entries: [g('errorCode', '出错时抛出')] },
  { id: 'script', label: '脚本', types: ['bpmn:ScriptTask'], entries: [
    { name: 'script', label: '表达式', kind: 'feel', also: (value) => ({ scriptFormat: value ? 'feel' : undefined }) }, c('resultVariable', '结果变量'), g('resultMode', '结果写法', { kind: 'select' }) ] },
  { id: 'manual', label: '人工环节', types: ['bpmn:ManualTask'], entries: [g('manual', '到达后', { kind: 'select' })] },
  { id: 'call', label: '子流程', types: ['bpmn:CallActivity'], entries: [
    { name: 'calledElement', label: '流程', kind: 'pick', pick: 'processes' }, c('calledElementBinding', '版本', BINDING), c('calledElementVersion', '版本号') ] },
  { id: 'subprocess', label: '并行写入', types: ['bpmn:SubProcess'], entries: [g('merge', '并行写同一数据', { kind: 'select' })] },
  { id: 'data', label: '公开范围', types: ['bpmn:DataObject'], entries: [g('sensitivity', '公开范围', { kind: 'select' })] },
];

const item = (name, label, kind = 'text', rest = {}) => ({ name, label, kind, ...rest });

/** List groups: {id, label, types, item, title, entries} kept in extensionElements or in a parent. */
export const LISTS = [
  { id: 'outcomes', label: '办理结果', types: ['bpmn:UserTask'], item: 'gov:Outcome', fresh: { value: 'agree', label: '同意', action: 'approve' },
    title: (each) => `${each.get('label') || ''} ${each.get('value') || ''}`, entries: [
      item('value', '值'), item('label', '按钮文字'), item('action', '动作', 'select'), item('reasonMin', '理由最少字数', 'number'), item('requires', '前提', 'feel'), item('message', '不满足前提时的提示'), item('duty', '用于', 'select'), item('primary', '主要按钮', 'check') ] },
  { id: 'seatlist', label: '席位名单', types: ['bpmn:UserTask'], item: 'gov:Seat', parent: 'gov:Seats', prop: 'seats', fresh: { id: 'seat', duty: 'handle' },
    when: (bo, ext) => Boolean(ext(bo, 'gov:Seats')), title: (each) => each.get('label') || each.get('id'), entries: [
      item('id', '标识'), item('label', '名称'), item('role', '岗位', 'pick', { pick: 'roles' }), item('level', '层级', 'select'), item('regionOf', '区划来自', 'select'), item('duty', '分工', 'select'),
      item('order', '次序', 'number'), item('required', '必到', 'check'), item('veto', '一票否决', 'check'), item('weight', '票数', 'number'), item('when', '何时设席', 'feel') ] },
  { id: 'excluded', label: '回避', types: ['bpmn:UserTask'], item: 'gov:ExcludedOwner', parent: 'gov:Assignment', prop: 'excludedOwners', fresh: { performerOf: '' },
    title: (each) => each.get('performerOf') || '环节', entries: [item('performerOf', '不得与此环节同人', 'pick', { pick: 'activities' })] },
  { id: 'escalation', label: '逾期升级', types: ['bpmn:UserTask', 'bpmn:CatchEvent'], timer: true, item: 'gov:Escalation', parent: 'gov:Due', prop: 'escalations', fresh: { level: 1, after: 'P1D' },
    title: (each) => `L${each.get('level') || ''} ${each.get('after') || ''}`, entries: [
      item('level', '级', 'number'), item('after', '逾期后', 'text', { hint: 'P1D 表示一日' }), item('toRole', '通知岗位', 'pick', { pick: 'roles' }), item('notify', '方式', 'select') ] },
  { id: 'evidence', label: '证据要求', types: ['bpmn:UserTask'], item: 'gov:EvidenceItem', parent: 'gov:Evidence', prop: 'items', fresh: { code: 'E1', min: 1 },
    title: (each) => each.get('code'), entries: [
      item('code', '编码', 'select'), item('min', '最少件数', 'number'), item('media', '文件类型', 'text', { hint: '例如 image/jpeg，多个用逗号分开' }), item('maxSize', '最大字节', 'number'),
      item('geo', '位置', 'select'), item('takenAt', '拍摄时间', 'select'), item('hash', '校验值', 'select'), item('when', '何时需要', 'feel') ] },
  { id: 'clauses', label: '依据条款', types: ['bpmn:BaseElement'], item: 'gov:Clause', fresh: { document: '' },
    title: (each) => [each.get('document'), each.get('article'), each.get('requirement')].filter(Boolean).join(' ') || '条款', entries: [
      item('document', '文件', 'pick', { pick: 'documents' }), item('article', '条款'), item('requirement', '要求编号', 'pick', { pick: 'clauses' }), item('basis', '性质', 'select'), item('quote', '原文', 'area') ] },
  { id: 'share', label: '信息共享', types: ['bpmn:Activity', 'bpmn:Event'], item: 'gov:Share', fresh: { kind: 'notice' },
    title: (each) => each.get('item') || '共享', entries: [
      item('item', '内容类型'), item('toRoles', '给岗位', 'text', { hint: '多个用逗号分开' }), item('kind', '方式', 'select'), item('confirm', '须确认', 'check'), item('wait', '等待已阅', 'check') ] },
  { id: 'metric', label: '统计点', types: ['bpmn:FlowNode'], item: 'gov:Metric', fresh: { id: 'm' },
    title: (each) => each.get('id'), entries: [item('id', '指标'), item('mark', '记法', 'select'), item('at', '时点', 'select')] },
  { id: 'search', label: '检索字段', types: ['bpmn:Process'], item: 'gov:SearchField', fresh: { name: 'field', from: 'field' },
    title: (each) => each.get('label') || each.get('name'), entries: [item('name', '名称'), item('label', '显示为'), item('type', '类型', 'select'), item('from', '取值', 'feel')] },
];
