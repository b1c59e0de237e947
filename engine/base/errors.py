"""Errors as facts: the class is the meaning, its docstring the default message."""

from collections.abc import Sequence
from typing import Any, ClassVar


class ShouhuError(Exception):
    """发生错误。"""

    code: ClassVar[str] = "error"

    def __init__(
        self, message: str | None = None, *, code: str | None = None, **details: Any
    ) -> None:
        super().__init__(message or type(self).__doc__ or self.code)
        self.problem_code = code or self.code
        self.details = details

    @property
    def message(self) -> str:
        """Give the sentence for the user, in Chinese."""
        return str(self.args[0])


class NotSignedIn(ShouhuError):
    """请先登录。"""

    code = "not-signed-in"


class NotAllowed(ShouhuError):
    """您没有执行此操作的权限。"""

    code = "not-entitled"


class NotFound(ShouhuError):
    """没有找到，或不在您的数据范围内。"""

    code = "not-found"


class Conflict(ShouhuError):
    """当前状态不允许此操作，请刷新后再试。"""

    code = "conflict"


class StaleDocument(ShouhuError):
    """文稿已被他人修改，请比对后再保存。"""

    code = "stale-document"


class TooLarge(ShouhuError):
    """内容超过允许的大小。"""

    code = "too-large"


class WrongMediaType(ShouhuError):
    """不接受此类文件。"""

    code = "wrong-media-type"


class InvalidRequest(ShouhuError):
    """请求内容不符合要求。"""

    code = "invalid-request"


class InvalidForm(InvalidRequest):
    """表单有需要更正的内容。"""

    code = "invalid-form"

    def __init__(
        self, errors: Sequence[dict[str, Any]], message: str | None = None, **details: Any
    ) -> None:
        super().__init__(message, **details)
        self.errors = list(errors)  # [{"field", "code", "detail", "row"?}]


class InvalidDefinition(InvalidRequest):
    """定义有错误，不能部署。"""

    code = "invalid-definition"

    def __init__(
        self, findings: Sequence[Any] = (), message: str | None = None, **details: Any
    ) -> None:
        super().__init__(message, **details)
        self.findings = list(findings)  # engine.base.findings.Finding


class InvalidExpression(InvalidRequest):
    """表达式有错误。"""

    code = "invalid-expression"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str = "expr.syntax",
        column: int = 0,
        **details: Any,
    ) -> None:
        super().__init__(message, code=code, column=column, **details)
        self.column = column  # 1-based; 0 = unknown


class ExpressionFailed(ShouhuError):
    """表达式求值失败。"""

    code = "expression"  # raised at run time, in strict mode; never for a plain null


class Locked(ShouhuError):
    """文稿正由他人编辑。"""

    code = "locked"


class VersionMissing(ShouhuError):
    """缺少版本号，请刷新页面后重试。"""

    code = "version-required"


class TooMany(ShouhuError):
    """操作过于频繁，请稍后再试。"""

    code = "too-many"


class NotSupported(ShouhuError):
    """本案件所用的运行引擎不支持此操作。"""

    code = "not-supported"


class Busy(ShouhuError):
    """案件正被他人办理，请稍候重试。"""

    code = "busy"


class CalendarMissing(ShouhuError):
    """缺少该年工作日数据，请管理员导入后再计算。"""

    code = "calendar-missing"


class StorageFull(ShouhuError):
    """存储空间已满，暂停写入。"""

    code = "storage-full"
