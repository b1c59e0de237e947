"""Fields that go into the vault: what they may be, and that nothing is made of them."""

from collections.abc import Iterable, Iterator

from engine.base.expressions import Expr
from engine.forms.components import Builder
from engine.forms.fields import Field

_TYPES = ("string", "text")


def protected(fields: Iterable[Field], builder: Builder) -> tuple[str, ...]:
    """Give the keys of the vault's fields among FIELDS; report what would give them away.

    Their value must be typed by a person and stay where it is: no formula, default or list
    of another field may read it, for its result would be stored in the open.
    """
    listed = list(fields)
    found = {one.key for one in listed if one.vault}
    for one in listed:
        if one.vault and (one.type not in _TYPES or one.derived is not None):
            text = f"保密字段“{one.key}”应是人工填写的单行或多行文本"
            builder.report(one.key, "form.vault", text, "改为文本字段，不用公式")
        for column in one.rows.columns:
            if column.vault:
                text = f"明细表“{one.key}”的列“{column.key}”不能保密"
                builder.report(one.key, "form.vault", text, "把保密内容放在单独的字段")
        for name in sorted(found & frozenset().union(*(e.reads for e in _makers(one)))):
            text = f"字段“{one.key}”的值取自保密字段“{name}”，会以明文保存"
            builder.report(one.key, "form.vault", text, "不要引用保密字段")
    return tuple(sorted(found))


def _makers(one: Field) -> Iterator[Expr]:
    """Give the expressions whose results are stored for field ONE or its rows."""
    for field in (one, *one.rows.columns):
        listed = field.options.listed if field.options else None
        for expr in (field.derived, field.default_expr, listed):
            if expr is not None:
                yield expr
