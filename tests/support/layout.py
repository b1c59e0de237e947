"""Reads the drawing of a BPMN file and names what a reader of the diagram would stumble on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.markup import parse_xml

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DIAGRAM = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
SLACK = 1.0

Box = tuple[float, float, float, float]  # x, y, width, height
Point = tuple[float, float]


@dataclass(frozen=True)
class Drawing:
    """Shapes and edges of one file by BPMN id; NODES are the boxes a token can stand on."""

    nodes: Mapping[str, Box]
    lanes: Mapping[str, Box]
    edges: Mapping[str, tuple[Point, ...]]
    flows: Mapping[str, tuple[str, str]]  # flow id -> source, target
    hosts: Mapping[str, str]  # boundary event -> activity
    lane_of: Mapping[str, str]


def read(path: Path) -> Drawing:
    """Read the drawing of the file at PATH."""
    root = parse_xml(path.read_bytes(), path.name)
    boxes = {s.get("bpmnElement"): _box(s) for s in root.iter(f"{DIAGRAM}BPMNShape")}
    edges = {
        edge.get("bpmnElement"): tuple(
            (float(p.get("x")), float(p.get("y"))) for p in edge.iter(WAYPOINT)
        )
        for edge in root.iter(f"{DIAGRAM}BPMNEdge")
    }
    flows = {
        flow.get("id"): (flow.get("sourceRef"), flow.get("targetRef"))
        for flow in root.iter(f"{MODEL}sequenceFlow")
    }
    ends = {node for pair in flows.values() for node in pair}
    hosts = {
        event.get("id"): event.get("attachedToRef")
        for event in root.iter(f"{MODEL}boundaryEvent")
    }
    lane_of = {
        reference.text: lane.get("id")
        for lane in root.iter(f"{MODEL}lane")
        for reference in lane.iter(f"{MODEL}flowNodeRef")
    }
    return Drawing(
        nodes={name: boxes[name] for name in sorted(ends) if name in boxes},
        lanes={lane: boxes[lane] for lane in set(lane_of.values()) if lane in boxes},
        edges=edges,
        flows=flows,
        hosts=hosts,
        lane_of=lane_of,
    )


def faults(drawing: Drawing) -> list[str]:
    """Name what is missing, overlaps, runs askew, runs through a node or leaves its lane."""
    return [
        *_missing(drawing),
        *_overlaps(drawing),
        *_askew(drawing),
        *_through(drawing),
        *_loose(drawing),
        *_outside(drawing),
    ]


def _box(shape: Any) -> Box:
    bounds = shape.find(BOUNDS)
    x, y, width, height = (float(bounds.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, width, height


def _missing(drawing: Drawing) -> Iterator[str]:
    for flow, ends in drawing.flows.items():
        if flow not in drawing.edges:
            yield f"{flow} is not drawn"
        for node in ends:
            if node not in drawing.nodes:
                yield f"{node} is not drawn"


def _overlaps(drawing: Drawing) -> Iterator[str]:
    names = list(drawing.nodes)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            pair = (one, other)
            if drawing.hosts.get(one) == other or drawing.hosts.get(other) == one:
                continue
            if _meet(drawing.nodes[one], drawing.nodes[other]):
                yield f"{pair[0]} overlaps {pair[1]}"


def _askew(drawing: Drawing) -> Iterator[str]:
    for flow, points in drawing.edges.items():
        for (x1, y1), (x2, y2) in pairwise(points):
            if x1 != x2 and y1 != y2:
                yield f"{flow} runs askew"


def _through(drawing: Drawing) -> Iterator[str]:
    for flow, points in drawing.edges.items():
        source, target = drawing.flows[flow]
        own = {source, target, drawing.hosts.get(source)}
        for (x1, y1), (x2, y2) in pairwise(points):
            line = (min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))
            for node, box in drawing.nodes.items():
                if node not in own and _meet(line, box):
                    yield f"{flow} runs through {node}"


def _loose(drawing: Drawing) -> Iterator[str]:
    for flow, points in drawing.edges.items():
        for node, point in zip(drawing.flows[flow], (points[0], points[-1]), strict=True):
            x, y, width, height = drawing.nodes[node]
            inside = x - SLACK <= point[0] <= x + width + SLACK
            if not (inside and y - SLACK <= point[1] <= y + height + SLACK):
                yield f"{flow} does not touch {node}"


def _outside(drawing: Drawing) -> Iterator[str]:
    for node, lane in drawing.lane_of.items():
        x, y, width, height = drawing.nodes[node]
        lx, ly, lane_width, lane_height = drawing.lanes[lane]
        wide = lx <= x and x + width <= lx + lane_width
        if not (wide and ly <= y and y + height <= ly + lane_height):
            yield f"{node} lies outside its lane {lane}"


def _meet(one: Box, other: Box) -> bool:
    wide = one[0] + SLACK < other[0] + other[2] and other[0] + SLACK < one[0] + one[2]
    return wide and one[1] + SLACK < other[1] + other[3] and other[1] + SLACK < one[1] + one[3]
