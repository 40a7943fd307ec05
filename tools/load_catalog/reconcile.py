"""Whether every row of the file became a product, or was refused with a reason; and as written."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from tools.load_catalog.rows import Source


@dataclass
class Findings:
    """What became of the rows; `differences` are what nobody can explain."""

    rows: int = 0
    found: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    cleaned: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether each row is accounted for once."""
        return not self.differences and self.rows == self.found + self.refused.total()

    def text(self) -> str:
        """For people."""
        lines = [f"rows in the file      {self.rows}", f"found in the catalog  {self.found}"]
        lines += [f"refused               {n}  {why}" for why, n in self.refused.most_common()]
        lines += [f"cleaned on the way    {n}  {what}" for what, n in self.cleaned.most_common()]
        lines += self.differences[:50]
        return "\n".join([*lines, "every row is accounted for" if self.ok else "ROWS ARE LOST"])


def compare(
    sources: Iterable[Source],
    faults: Mapping[int, Sequence[str]],
    exported: Iterable[Mapping[str, str]],
) -> Findings:
    """Hold the file against the import's errors and the catalog's own export."""
    findings = Findings()
    catalog = {(row["sku"], row["currency"]): row for row in exported}
    last = _last_of_each(sources, faults, findings)
    for key, source in last.items():
        row = catalog.get(key)
        if row is None:
            findings.differences.append(f"row {source.number}: {key[0]} is not in the catalog")
            continue
        if _price(row["price"]) != _price(source.cells["price"]):
            findings.differences.append(f"row {source.number}: {key[0]} costs {row['price']}")
        for column in ("name", "description", "category", "brand"):
            if row[column] != source.cells[column].strip():
                findings.cleaned[column] += 1
    return findings


def _last_of_each(
    sources: Iterable[Source], faults: Mapping[int, Sequence[str]], findings: Findings
) -> dict[tuple[str, str], Source]:
    """The row that counts for each variant and currency: of several, the last one taken."""
    last: dict[tuple[str, str], Source] = {}
    for source in sources:
        findings.rows += 1
        if source.number in faults:
            findings.refused["; ".join(sorted(faults[source.number]))] += 1
            continue
        findings.found += 1
        last[source.cells["sku"].strip(), source.cells["currency"]] = source
    return last


def _price(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None
