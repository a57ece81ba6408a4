"""`make sbom`: what the bot is made of, as a bill in CycloneDX 1.6 (cyclonedx.org/docs/1.6/json).

It is the same for the same lock file, so that two can be compared.
"""

from __future__ import annotations

import json
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

from tests.supply.licences import licence_of
from tests.supply.pinned import ROOT, Pin, pins, vendored

Json = dict[str, Any]


def bill() -> Json:
    """The bill, with every package that requirements.txt pins and what is in the repository of others'."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    own = f"pkg:github/encore@{project['version']}"
    components = [*map(_component, pins()), _vendored()]
    needed = [each["bom-ref"] for each in components]
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": needed}, *({"ref": each} for each in needed)],
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(told, sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "serialNumber": f"urn:uuid:{number}",
        **told,
    }


def _component(pin: Pin) -> Json:
    told: Json = {
        "type": "library",
        "bom-ref": pin.url,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.url,
        "licenses": [{"expression": licence_of(pin.name)}],
        "externalReferences": [  # one file for each system that it is made for
            {
                "type": "distribution",
                "url": pin.url,
                "hashes": [{"alg": "SHA-256", "content": each}],
            }
            for each in pin.hashes
        ],
    }
    if pin.marker:
        told["properties"] = [{"name": "encore:marker", "value": pin.marker}]
    return told


def _vendored() -> Json:
    url = vendored()
    name, _, version = url.rpartition("/")[2].partition("@")
    return {
        "type": "library",
        "bom-ref": url,
        "name": name,
        "version": version,
        "purl": url,
        "licenses": [{"license": {"id": "MIT"}}],
    }


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill(), indent=2) + "\n", "utf-8")
    print(f"{target}: {len(bill()['components'])} components, CycloneDX 1.6")
