"""An application that does nothing but count working days with the shared calendar."""

from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALENDAR = ROOT / "processes" / "common" / "calendar" / "cn.csv"
SPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:gov="urn:shouhu:bpmn:gov:1"'
)
MAIN = """\
application: counting
title: 计日试验
calendar: cn
roles: {OFFICE: 试验局}
deadlines:
  five: {title: 五日, amount: 5, unit: workingDay, from: created, basis: designed}
  ten: {title: 十日, amount: 10, unit: workingDay, from: created, basis: designed}
  fifteen: {title: 十五日, amount: 15, unit: workingDay, from: created, basis: designed}
units: organisation/units.csv
"""
UNITS = "code,name,level,region,roles,place,parent\nU-1,试验局,province,990000,OFFICE,,\n"


def task(key: str, due: str = "") -> str:
    """Draw a user task of the office, with a row of the due table."""
    rule = f'<gov:due key="{due}"/>' if due else ""
    return (
        f'<bpmn:userTask id="{key}" name="{key}"><bpmn:extensionElements>'
        '<gov:assignment role="OFFICE" level="province" region="990000" regionOf="fixed"/>'
        f'<gov:outcome value="done" label="完成" action="submit" primary="true"/>{rule}'
        "</bpmn:extensionElements></bpmn:userTask>"
    )


def flow(*path: str) -> str:
    """Join the elements of a path, in order."""
    return "".join(
        f'<bpmn:sequenceFlow id="{one}_{two}" sourceRef="{one}" targetRef="{two}"/>'
        for one, two in pairwise(path)
    )


def diagram(key: str, *parts: str) -> bytes:
    """Put PARTS between a start and an end."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions {SPACES} id="{key}_d" '
        f'targetNamespace="urn:shouhu:counting"><bpmn:process id="{key}" name="{key}" '
        'isExecutable="true" gov:calendar="cn" camunda:candidateStarterGroups="OFFICE">'
        '<bpmn:startEvent id="begin" name="开始"/><bpmn:endEvent id="end" name="结束"/>'
        f"{''.join(parts)}</bpmn:process></bpmn:definitions>"
    ).encode()


LIMITS = {5: "five", 10: "ten", 15: "fifteen"}


def files() -> dict[str, bytes]:
    """Give the files: three limits side by side, and a limit behind an ordinary step."""
    gates = '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
    tasks = [task(key, key) for key in LIMITS.values()]
    paths = [flow("fork", key, "join") for key in LIMITS.values()]
    ends = flow("begin", "fork") + flow("join", "end")
    return {
        "application.yaml": MAIN.encode(),
        "organisation/units.csv": UNITS.encode(),
        "calendar/cn.csv": CALENDAR.read_bytes(),
        "three.bpmn": diagram("three", gates, *tasks, *paths, ends),
        "over.bpmn": diagram(
            "over",
            task("prepare"),
            task("carry", "ten"),
            flow("begin", "prepare", "carry", "end"),
        ),
    }
