"""An application of an invented province, as files."""

MAIN = """\
application: yunhai
title: 云海省自然保护地专项行动
runtime: kernel
calendar: cn
documents: [{id: yh_plan, title: 云海省方案, number: 云环〔2030〕1号}]
roles: {KEEPER: 保护区管理机构, WOODS: 林草部门}
deadlines:
  yh.plan: {title: 整改方案, amount: 10, unit: workingDay, from: created,
            basis: designed, warn: P2D}
  yh.list: {title: 清单, date: "08-31", requirement: Y-17, basis: designed}
phases:
  - {key: yh.phase.look, title: 排查, from: "01-01", to: "06-30", basis: plan}
settings:
  ratio: {value: 0.9, title: 销号率, basis: designed}
  cities: {value: ["910100", "910200"], title: 设区市, basis: plan}
registers:
  reserve: {file: organisation/reserves.csv, key: id, label: name,
            types: {area: number, counties: list}}
  division: {file: organisation/divisions.csv, key: code, label: name, parent: parent_code}
units: organisation/units.csv
"""
LEDGER = """\
id: problem
title: 问题台账
processes: [yh_audit]
columns:
  - {key: number, label: 编号, from: number}
  - {key: area, label: 面积, from: "var:area", type: number}
"""
UNITS = """\
code,name,level,region,roles,place,parent
YH-W,云海省林草局,province,910000,WOODS,,
YH-K1,雾峰保护区管理局,place,910101,KEEPER,R1,YH-W
"""
RESERVES = "id,name,area,counties\nR1,雾峰,12.50,910101;910102\nR2,石河,,\n"
DIVISIONS = "code,name,parent_code\n910000,云海省,\n910100,云城,910000\n"
CALENDAR = "date,is_workday,name\n2030-01-01,0,元旦\n2030-02-02,1,春节调休\n"

FILES = {
    "application.yaml": MAIN.encode(),
    "audit.bpmn": b"<definitions/>\n",
    "calendar/cn.csv": CALENDAR.encode(),
    "ledgers/problem.yaml": LEDGER.encode(),
    "organisation/divisions.csv": DIVISIONS.encode(),
    "organisation/reserves.csv": RESERVES.encode(),
    "organisation/units.csv": UNITS.encode(),
    "forms/yh_f1.json": b'{"id": "yh_f1"}',
}


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """Give the files with OLD replaced by NEW in PATH; OLD must be there."""
    text = FILES[path].decode()
    assert old in text
    return {**FILES, path: text.replace(old, new).encode()}
