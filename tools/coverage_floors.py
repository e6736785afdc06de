"""Fail when a layer's branch coverage by the fast tests has sunk below its floor. Floors only rise."""

import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

FLOORS = {"kernel": 100.0, "domain": 95.0, "services": 85.0}
"""Layer to percent of lines and branches that the fast tests run."""


def measure(report: Path) -> dict[str, float]:
    """Return percent covered, lines and branches together, by layer."""
    hit: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for module in ET.parse(report).getroot().iter("class"):  # noqa: S314 - written by coverage a moment ago
        layer = module.attrib["filename"].removeprefix("src/madoguchi/").split("/")[0]
        for line in module.iter("line"):
            total[layer] += 1
            hit[layer] += line.attrib["hits"] != "0"
            if line.get("branch") == "true":
                taken, of = line.attrib["condition-coverage"].split("(")[1].rstrip(")").split("/")
                hit[layer] += int(taken)
                total[layer] += int(of)
    return {layer: 100.0 * hit[layer] / total[layer] for layer in total}


def main() -> int:
    """Compare with the floors; return 1 when one is not reached."""
    measured = measure(Path(".coverage.xml"))
    low = {layer: floor for layer, floor in FLOORS.items() if measured.get(layer, 0.0) < floor}
    for layer, floor in FLOORS.items():
        print(f"{layer}: {measured.get(layer, 0.0):.1f} % (floor {floor:.0f} %)")
    for layer, floor in low.items():
        print(f"coverage of {layer} is below its floor of {floor:.0f} %: add tests", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
