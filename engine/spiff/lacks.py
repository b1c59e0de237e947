"""What SpiffWorkflow cannot execute exactly, or would ignore: refused at deployment."""

from collections.abc import Callable

from engine.kernel.plan import Kind, Node, Plan, Trigger

Lack = tuple[str, str]  # what it is, in Chinese; id of the element

_CATCHES = (Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL)
_BOUNDARIES = (*_CATCHES, Trigger.ERROR, Trigger.ESCALATION)
_THROWN = (Trigger.MESSAGE, Trigger.SIGNAL)
_SPLITS = (Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.EVENT_GATEWAY)
_ITEMS = (
    Kind.USER,
    Kind.MANUAL,
    Kind.SERVICE,
    Kind.CALL,
    Kind.SCRIPT,
    Kind.RULE,
    Kind.SEND,
    Kind.TASK,
)


def lacks(plan: Plan) -> tuple[Lack, ...]:
    """Give what of PLAN SpiffWorkflow lacks, in document order; empty = it may run."""
    found = [
        (what, node.id)
        for node in plan.nodes
        for what, applies in _RULES
        if applies(plan, node)
    ]
    if not plan.scopes[0].starts and not plan.typed_starts:
        found.append(("没有开始节点", plan.key))
    return tuple(found)


def _triggers(node: Node) -> tuple[Trigger, ...]:
    return tuple(definition.trigger for definition in node.defs)


def _implicit_end(_plan: Plan, node: Node) -> bool:
    inside = node.kind not in (Kind.END, Kind.EVENT_SUBPROCESS)
    return inside and not node.outgoing and node.kind is not Kind.BOUNDARY


def _implicit_start(plan: Plan, node: Node) -> bool:
    return node.index in plan.scopes[node.scope].starts and node.kind is not Kind.START


def _split(plan: Plan, node: Node) -> bool:
    if node.kind in _SPLITS or len(node.outgoing) == 0:
        return False
    conditional = any(plan.flows[at].condition is not None for at in node.outgoing)
    return len(node.outgoing) > 1 or conditional


def _merge(_plan: Plan, node: Node) -> bool:
    return node.start_quantity != 1 or node.completion_quantity != 1


def _catch(plan: Plan, node: Node) -> bool:
    del plan
    caught = node.kind in (Kind.CATCH, Kind.RECEIVE)
    return caught and (len(node.defs) != 1 or _triggers(node)[0] not in _CATCHES)


def _throw(_plan: Plan, node: Node) -> bool:
    if node.kind not in (Kind.THROW, Kind.SEND, Kind.END):
        return False
    allowed = (*_THROWN, Trigger.TERMINATE) if node.kind is Kind.END else _THROWN
    return any(trigger not in allowed for trigger in _triggers(node))


def _boundary(_plan: Plan, node: Node) -> bool:
    if node.kind is not Kind.BOUNDARY:
        return False
    return len(node.defs) != 1 or _triggers(node)[0] not in _BOUNDARIES


def _scope_data(plan: Plan, node: Node) -> bool:
    return node.body is not None and bool(plan.scopes[node.body].declared)


def _items(_plan: Plan, node: Node) -> bool:
    return node.multi is not None and node.kind not in _ITEMS


def _reads_all(_plan: Plan, node: Node) -> bool:
    return node.multi is not None and node.multi.reads_results


def _failing_code(_plan: Plan, node: Node) -> bool:
    return node.kind in (Kind.SCRIPT, Kind.RULE) and node.result.error_code is not None


def _parallel_merge(plan: Plan, node: Node) -> bool:
    """A diverging parallel gateway that also joins is fine; two flows from one source not."""
    sources = [plan.flows[at].source for at in node.incoming]
    joins = node.kind in (Kind.PARALLEL, Kind.INCLUSIVE)
    return joins and len(set(sources)) != len(sources)


_RULES: tuple[tuple[str, Callable[[Plan, Node], bool]], ...] = (
    ("隐式结束（没有流出连线）", _implicit_end),
    ("隐式开始（没有流入连线）", _implicit_start),
    ("活动上的多条或带条件的流出连线", _split),
    ("起始或完成数量", _merge),
    ("这种捕获事件", _catch),
    ("这种抛出事件", _throw),
    ("这种边界事件", _boundary),
    ("事件子流程", lambda _p, n: n.kind is Kind.EVENT_SUBPROCESS),
    ("子流程自己的数据", _scope_data),
    ("子流程的多实例", _items),
    ("读取全部结果的完成条件", _reads_all),
    ("脚本或决策失败时抛出错误", _failing_code),
    ("标准循环", lambda _p, n: n.loop is not None),
    ("全局任务", lambda _p, n: n.isolated),
    ("同一来源的两条连线汇入一个并行网关", _parallel_merge),
    ("本行图元", lambda _p, n: n.kind in (Kind.COMPLEX, Kind.TRANSACTION, Kind.ADHOC)),
)
