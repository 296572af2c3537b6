"""Lets LocalStack 4.14 run on CPython 3.11.

Its metadata ask for Python 3.10, but a handful of its modules (``services/stores.py`` among them, which most services import)
use the type parameter syntax of Python 3.12 (https://peps.python.org/pep-0695/). Type parameters mean nothing when a program
runs, so on 3.11 such a module is read with ``class Bundle[T](dict)`` written as ``class Bundle(dict, Generic[T])``.
"""

import importlib.machinery
import re
import sys
import types
import typing
import warnings

import typing_extensions

MODULES = {
    "localstack.packages.api",
    "localstack.services.cloudformation.engine.v2.change_set_model_preproc",
    "localstack.services.cloudformation.resource_provider",
    "localstack.services.events.models",
    "localstack.services.kms.utils",
    "localstack.services.sqs.queue",
    "localstack.services.stepfunctions.asl.component.test_state.state.base_mock",
    "localstack.services.stores",
    "localstack.state.pickle",
    "localstack.testing.aws.util",
}
"""The modules of LocalStack 4.14.0 that Python 3.11 cannot read."""

_ALIAS = re.compile(r"^type (\w+) = ", re.M)
_CLASS = re.compile(r"^class (\w+)\[([^\]]+)\](?:\(([^)]*)\))?:", re.M)
_FUNCTION = re.compile(r"^(\s*(?:async )?def \w+)\[([^\]]+)\]\(", re.M)
_LOCK = re.compile(r"\bLock \| None\b")
_PARAMETER = re.compile(r"\s*(\w+)\s*(?::.*)?", re.S)


def install() -> None:
    """Makes Python older than 3.12 read LocalStack's modules that way."""
    if sys.version_info < (3, 12):
        sys.meta_path.insert(0, _Finder)
    if not hasattr(warnings, "deprecated"):  # Python 3.13
        warnings.deprecated = typing_extensions.deprecated


def older(source: str) -> tuple[str, set[str]]:
    """Returns source without type parameters, and the names of those there were."""
    names: set[str] = set()

    def parameters(text: str) -> list[str]:
        found = [_PARAMETER.fullmatch(each)[1] for each in text.split(",")]
        names.update(found)
        return found

    def class_line(match: re.Match) -> str:
        name, text, bases = match.groups()
        generic = f"__generic__[{', '.join(parameters(text))}]"
        return f"class {name}({', '.join(filter(None, (bases, generic)))}):"

    def function_line(match: re.Match) -> str:
        parameters(match[2])
        return match[1] + "("

    source = _LOCK.sub('"Lock | None"', source)  # a class since Python 3.13, so that `|` works on it
    source = _ALIAS.sub(r"\1 = ", source)
    source = _CLASS.sub(class_line, source)
    return _FUNCTION.sub(function_line, source), names


class _Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname not in MODULES:
            return None
        spec = super().find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    """Reads a module in older syntax, past the compiled copy that the installer may have left."""

    def get_code(self, fullname: str) -> types.CodeType:
        source, _ = older(self.get_source(fullname))
        return self.source_to_code(source.encode(), self.path)

    def exec_module(self, module: types.ModuleType) -> None:
        _, names = older(self.get_source(module.__name__))
        module.__dict__.update({name: typing.TypeVar(name) for name in names}, __generic__=typing.Generic)
        super().exec_module(module)
