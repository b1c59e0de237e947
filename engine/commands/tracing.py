"""Effects that are history: where tokens went, what was written, which rule row decided."""

from engine.commands.case import Case, Live
from engine.kernel import effects


def node_entered(case: Case, live: Live, effect: effects.NodeEntered) -> None:
    """Note the entry; gov:state sets the state of the case, gov:round its next round."""
    node = live.node(effect.node)
    detail = {"token": effect.token, "scope": effect.scope, "name": node.name}
    if node.state and case.root.row["state_name"] != node.state:
        detail["state"] = node.state
        case.root.row["state_name"] = node.state
        case.root.touched = True
    if node.next_round:
        case.root.row["case_round"] += 1
        case.root.touched = True
        detail["round"] = case.root.row["case_round"]
    case.note(live, "NodeEntered", detail, node=effect.node)


def node_left(case: Case, live: Live, effect: effects.NodeLeft) -> None:
    """Note how an element was left and by which flows."""
    detail = {
        "token": effect.token,
        "scope": effect.scope,
        "how": effect.how,
        "flows": list(effect.flows),
    }
    case.note(live, "NodeLeft", detail, node=effect.node)


def variables_written(case: Case, live: Live, effect: effects.VariablesWritten) -> None:
    """Note a commit of variables; declared search fields may change with it."""
    live.written.update(effect.patch)
    detail = {"scope": effect.scope, "patch": dict(effect.patch)}
    case.note(live, "VariablesWritten", detail, node=effect.node)


def decision_evaluated(case: Case, live: Live, effect: effects.DecisionEvaluated) -> None:
    """Note table, version and matched rows of a decision."""
    detail = {
        "decision": effect.decision,
        "version": effect.version,
        "tables": [dict(table) for table in effect.tables],
        "outputs": effect.outputs,
    }
    own = next((t for t in effect.tables if t["decision"] == effect.decision), None)
    if own is not None and own.get("override"):  # a division's own table decided (G-60)
        detail |= {"version": own["version"], "override": own["override"]}
    case.note(live, "DecisionEvaluated", detail, node=effect.node)


def expression_warning(case: Case, live: Live, effect: effects.ExpressionWarning) -> None:
    """Note a problem the standard answers with null."""
    detail = {"expression": effect.expression, "text": effect.text}
    case.note(live, "ExpressionWarning", detail, node=effect.node)
