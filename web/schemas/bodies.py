"""Request bodies of the API, one class a body; answers are shaped by the engine's records."""

import marshmallow as ma
from marshmallow import fields

from web.schemas.base import Moment, Named, Schema

TEXT = ma.validate.Length(max=20_000, error="内容过长。")
REPAIRS = ma.validate.OneOf(["retry", "skip", "error", "move"], error="不支持的处理方式。")
RETURNS = ma.validate.OneOf(["stepwise", "direct"], error="须为 stepwise 或 direct。")


class Login(Schema):
    """Name and password."""

    login = fields.String(required=True, validate=ma.validate.Length(1, 100))
    password = fields.String(required=True, validate=ma.validate.Length(1, 200))


class NewPassword(Schema):
    """The password one has and the one to have."""

    old_password = fields.String(required=True, validate=ma.validate.Length(1, 200))
    new_password = fields.String(required=True, validate=ma.validate.Length(1, 200))


class Start(Schema):
    """Start a case: the process and what its start form holds."""

    process_definition_key = fields.String(required=True)
    variables = Named(load_default=dict)
    unit = fields.String(load_default=None, allow_none=True)
    outcome = fields.String(load_default=None, allow_none=True)


class StartRows(Schema):
    """Start one case per row, all or none."""

    process_definition_key = fields.String(required=True)
    rows = fields.List(Named(), required=True, validate=ma.validate.Length(1, 200))
    unit = fields.String(load_default=None, allow_none=True)


class Reason(Schema):
    """Why, and which version of the case was seen."""

    reason = fields.String(required=True, validate=TEXT)
    expected_version = fields.Integer(load_default=None, allow_none=True)


class Why(Schema):
    """Why."""

    reason = fields.String(required=True, validate=TEXT)


class Recusal(Why):
    """Why a unit or a person (both left out: the caller) keeps away from a case."""

    unit = fields.String(load_default="")
    person = fields.String(load_default="")


class Reopening(Reason):
    """Why a case is reopened (反弹, 成效不扎实, 复核) and where; "" = the only anchor."""

    cause = fields.String(load_default="复核", validate=TEXT)
    node = fields.String(load_default="")


class Assignment(Schema):
    """For which unit a seat is taken or given back, and its version."""

    unit = fields.String(load_default=None, allow_none=True)
    expected_version = fields.Integer(load_default=None, allow_none=True)


class Completion(Schema):
    """An act on one's seat."""

    data = Named(load_default=dict)
    outcome = fields.String(load_default=None, allow_none=True)
    opinion = fields.String(load_default="", validate=TEXT)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    unit = fields.String(load_default=None, allow_none=True)


NAMES = ma.validate.Length(max=30, error="一次最多选择 30 个。")


class Scans(Schema):
    """签章页: ids of uploaded attachments, and the unit where one has several seats."""

    files = fields.List(fields.String(validate=TEXT), required=True, validate=NAMES)
    unit = fields.String(load_default=None, allow_none=True)


class SeatsAdded(Schema):
    """加签: units by code and persons by login, why, and the versions that were seen."""

    units = fields.List(fields.String(validate=TEXT), load_default=list, validate=NAMES)
    persons = fields.List(fields.String(validate=TEXT), load_default=list, validate=NAMES)
    kind = fields.String(load_default="beside", validate=TEXT)
    reason = fields.String(load_default="", validate=TEXT)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    composition_version = fields.Integer(load_default=None, allow_none=True)
    unit = fields.String(load_default=None, allow_none=True)


class Delegation(Schema):
    """委派: one person (login) or unit (code) asked, what about, the version of one's seat."""

    person = fields.String(load_default="", validate=TEXT)
    to_unit = fields.String(load_default="", validate=TEXT)
    question = fields.String(load_default="", validate=TEXT)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    unit = fields.String(load_default=None, allow_none=True)


class SeatRemoved(Schema):
    """减签: which seat, why, and the versions that were seen."""

    seat_id = fields.Integer(required=True)
    reason = fields.String(required=True, validate=TEXT)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    composition_version = fields.Integer(load_default=None, allow_none=True)


class Password(Schema):
    """The password told again."""

    password = fields.String(required=True, validate=TEXT)


class VaultRequest(Schema):
    """Why protected fields are to be looked at; UNIT when the caller acts for several."""

    reason = fields.String(required=True, validate=TEXT)
    unit = fields.String(load_default=None, allow_none=True)


class VaultDecision(Schema):
    """The word of the second person, and the password told again."""

    grant = fields.Boolean(required=True)
    password = fields.String(required=True, validate=TEXT)


class VaultLook(Schema):
    """The password told again; UNIT when the caller acts for several."""

    password = fields.String(required=True, validate=TEXT)
    unit = fields.String(load_default=None, allow_none=True)


class Before(Schema):
    """Where a list goes on."""

    before = fields.Integer(load_default=None, allow_none=True)


class LateOpinion(Schema):
    """A late opinion; expectedVersion is the seat's."""

    outcome = fields.String(required=True)
    opinion = fields.String(required=True, validate=TEXT)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    unit = fields.String(load_default=None, allow_none=True)


class Return(Schema):
    """退回 to an earlier element."""

    target = fields.String(required=True)
    reason = fields.String(required=True, validate=TEXT)
    then = fields.String(load_default=None, allow_none=True, validate=RETURNS)
    confirm_cancel_branches = fields.Boolean(load_default=False)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    unit = fields.String(load_default=None, allow_none=True)


class Transfer(Schema):
    """转办 to a person (login); expectedVersion is the seat's."""

    person = fields.String(required=True, validate=ma.validate.Length(1, 100))
    reason = fields.String(load_default="", validate=TEXT)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    unit = fields.String(load_default=None, allow_none=True)


class Withdrawal(Schema):
    """撤回 of one's own act; expectedVersion is the case's."""

    reason = fields.String(load_default="", validate=TEXT)
    expected_version = fields.Integer(load_default=None, allow_none=True)


class Data(Schema):
    """What a form holds so far."""

    data = Named(required=True)


class Preview(Schema):
    """What would be submitted, to see what follows."""

    data = Named(load_default=dict)
    outcome = fields.String(load_default=None, allow_none=True)
    unit = fields.String(load_default=None, allow_none=True)


class NextHandlers(Preview):
    """The same, naming the task of the case."""

    task_id = fields.Integer(required=True)


class Reminder(Schema):
    """Words of a 催办."""

    text = fields.String(load_default="", validate=TEXT)


class ClockStop(Schema):
    """停表: a cause the limit declares, and the reason."""

    cause = fields.String(required=True, validate=ma.validate.Length(1, 100))
    reason = fields.String(required=True, validate=TEXT)


class ClockRestart(Schema):
    """恢复计时."""

    reason = fields.String(load_default="", validate=TEXT)


class Extension(Schema):
    """延期: to the end of which day, and why."""

    until = fields.Date(required=True)
    reason = fields.String(required=True, validate=TEXT)


class Publication(Schema):
    """A message from outside."""

    name = fields.String(required=True)
    correlation_keys = Named(load_default=dict)
    variables = Named(load_default=dict)
    message_id = fields.String(load_default="")
    time_to_live = fields.String(load_default="P1D")
    instance_id = fields.Integer(load_default=None, allow_none=True)


class Evaluation(Schema):
    """The inputs of a decision."""

    decision = fields.String(required=True)
    application = fields.String(load_default=None, allow_none=True)
    version = fields.Integer(load_default=None, allow_none=True)
    region = fields.String(load_default="")
    variables = Named(load_default=dict)


class Deployment(Schema):
    """Files of an application: path → text; binary files as {"base64": …}."""

    application = fields.String(required=True)
    files = fields.Dict(keys=fields.String(), required=True)
    note = fields.String(load_default="", validate=TEXT)
    base_version = fields.Integer(load_default=None, allow_none=True)


class PublishDraft(Schema):
    """Why a version is published; warnings must have been read."""

    note = fields.String(required=True, validate=TEXT)
    acknowledged = fields.Boolean(load_default=False)


class Fire(Schema):
    """Why a job is made due now."""

    reason = fields.String(load_default="", validate=TEXT)


class Pause(Schema):
    """Why due work stops."""

    reason = fields.String(required=True, validate=TEXT)


class Retry(Schema):
    """All failed jobs of one cause."""

    code = fields.String(required=True)


class Repair(Schema):
    """How a held token goes on."""

    how = fields.String(load_default="retry", validate=REPAIRS)
    code = fields.String(load_default=None, allow_none=True)
    node = fields.String(load_default=None, allow_none=True)
    variables = Named(load_default=dict)
    reason = fields.String(load_default="", validate=TEXT)


class ClockMove(Schema):
    """Where the demo clock is moved to."""

    to = Moment(required=True)
    reason = fields.String(load_default="", validate=TEXT)


class DryRun(Schema):
    """Until when to look ahead."""

    until = Moment(required=True)
    application = fields.String(load_default=None, allow_none=True)
