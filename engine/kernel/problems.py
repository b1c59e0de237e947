"""A modelled failure inside a step: it holds one token with an incident (kernel.md 1.5, 9)."""


class Held(Exception):
    """A token cannot go on; CODE of the incident, TEXT in Chinese for the person."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class StepLimit(Exception):
    """The step visited more nodes than allowed; NODE is the busiest one's index."""

    def __init__(self, node: int) -> None:
        super().__init__(f"step limit at node {node}")
        self.node = node
