"""Fields that name a case of a ledger, and fields whose value may stand once only."""

from collections.abc import Mapping

from engine.base.errors import InvalidForm
from engine.base.values import Value
from engine.context import Context, Deployed
from engine.forms.schema import FormSchema
from engine.forms.texts import problem
from engine.store import ledger_rows, taken


def check_named(
    ctx: Context, deployed: Deployed, schema: FormSchema, data: Mapping[str, Value]
) -> None:
    """Refuse a number in DATA that is of no case the actor may see on the field's ledger."""
    ledgers, named = deployed.application.ledgers, schema.named(data)
    wrong = ledger_rows.unknown(ctx.conn, ctx.actor, ledgers, named)
    if wrong:
        raise InvalidForm([schema.not_on_ledger(key, data[key]) for key in wrong])


def take(
    ctx: Context,
    deployed: Deployed,
    schema: FormSchema,
    holder: int,
    data: Mapping[str, Value],
    known: Mapping[str, Value],
) -> None:
    """Let instance HOLDER hold the values of DATA that may stand once; refuse one taken.

    KNOWN is what the scope of such a field may read besides DATA.
    """
    problems = []
    moment = deployed.moment(ctx.now)
    for one in schema.all:
        value = data.get(one.key)
        if one.unique is None or value in (None, ""):
            continue
        scope = one.unique({**known, **data}, moment)
        name = f"{deployed.application.key}:{schema.id}.{one.key}@{scope}"
        if not taken.take(ctx.conn, name, str(value).strip(), holder):
            problems.append(problem(one.key, "taken", one.label, value=value))
    if problems:
        raise InvalidForm(problems)
