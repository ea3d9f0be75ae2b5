"""The one error of the second reader."""


class Fault(Exception):
    """What is wrong with the bundle, and in which step of section 7 it shows."""

    def __init__(self, step: int, text: str) -> None:
        super().__init__(f"step {step}: {text}")
        self.step = step


def require(holds: bool, step: int, text: str) -> None:
    if not holds:
        raise Fault(step, text)
