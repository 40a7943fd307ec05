"""A kind of import contract that import-linter lacks: these modules import nothing but those."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter.application import output
from importlinter.domain import fields
from importlinter.domain.contract import Contract, ContractCheck
from importlinter.domain.helpers import module_expressions_to_modules


class OnlyContract(Contract):
    """`importers` may import `allowed`, one another and the standard library."""

    type_name = "only"

    importers = fields.SetField(subfield=fields.ModuleExpressionField())
    allowed = fields.SetField(subfield=fields.ModuleExpressionField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - its API
        importers = self._names(graph, self.importers, as_packages=True)
        allowed = importers | self._names(graph, self.allowed, as_packages=False)
        allowed |= sys.stdlib_module_names
        offenses = sorted(
            f"{importer} imports {imported}"
            for importer in importers
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported not in allowed
        )
        return ContractCheck(kept=not offenses, metadata={"offenses": offenses})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for offense in check.metadata["offenses"]:
            output.print_error(offense)

    @staticmethod
    def _names(graph: ImportGraph, expressions: Any, *, as_packages: bool) -> set[str]:
        modules = module_expressions_to_modules(graph, expressions, as_packages=as_packages)
        return {module.name for module in modules}
