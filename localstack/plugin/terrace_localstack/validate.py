"""Constraints of botocore's models, checked as the services with the query protocol word them.

Only for providers of our own: the models' enums are older than some values that EC2 takes.
"""

import re
from collections.abc import Iterator

from botocore.model import OperationModel, Shape

from terrace_localstack.runtime import aws_error


def validate(operation: OperationModel, request: dict) -> None:
    """Raises ValidationError where the request breaks the model: required members, enums, ranges, lengths, patterns."""
    if operation.input_shape is None:
        return
    problems = list(_problems(operation.input_shape, request, ""))
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise aws_error("ValidationError", count + "; ".join(problems))


def _problems(shape: Shape, value: object, path: str) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, dict):
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _problems(member, value[name], _join(path, name))
    elif shape.type_name == "list" and isinstance(value, list):
        yield from _range(shape, len(value), value, path, "length")
        for index, item in enumerate(value):
            yield from _problems(shape.member, item, f"{path}.{index + 1}.member")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _string(shape, value, path)
    elif shape.type_name in ("integer", "long", "float", "double") and isinstance(value, int | float):
        yield from _range(shape, value, value, path, "value")


def _string(shape: Shape, value: str, path: str) -> Iterator[str]:
    enum, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if enum and value not in enum:
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must satisfy enum value set: [{', '.join(enum)}]"
    if pattern and not _matches(pattern, value):
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
    yield from _range(shape, len(value), value, path, "length")


def _range(shape: Shape, size: float, value: object, path: str, what: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must have {what} greater than or equal to {low}"
    if high is not None and size > high:
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must have {what} less than or equal to {high}"


def _matches(pattern: str, value: str) -> bool:
    """Says whether the value fits; a pattern that Python does not know (``\\p{L}``, surrogates) fits everything."""
    try:
        return re.fullmatch(pattern.replace("\\u0020", " "), value, re.DOTALL) is not None
    except re.error:
        return True


def _join(path: str, name: str) -> str:
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name
