"""The hub's guardrails, from the Cedar policies."""

import json
import re
from importlib.resources import files

import cedarpy


def page() -> str:
    text = (files("fairway.guardrails") / "hub.cedar").read_text("utf-8")
    schema = (files("fairway.guardrails") / "hub.cedarschema").read_text("utf-8")
    parsed = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values()
    parts = [_part(policy["annotations"], policy["effect"], text) for policy in parsed]
    return f"""
# Guardrails

The hub's policies, in [Cedar](https://docs.cedarpolicy.com). They can only forbid: no data owner's
approval overrides one. Those below come with the code; the hub
[publishes others](../how-to/write-a-guardrail.md). They judge each product of each query, and each
approval before it is given. A policy that cannot be evaluated forbids, with a sentence that says
so.

{chr(10).join(parts)}

## What a guardrail is told

```cedar
{schema.strip()}
```
"""


def _part(annotations: dict[str, str], effect: str, text: str) -> str:
    name = annotations["id"]
    body = re.search(rf'@id\("{re.escape(name)}"\).*?;\n', text + "\n", re.DOTALL)
    said = annotations.get("reason", "What no other policy forbids passes.")
    for note, words in (("remedy", "Way out"), ("who", "Who can")):
        said += f"\n\n{words}: {annotations[note]}" if note in annotations else ""
    return f"## {name}\n\n{effect.capitalize()}. {said}\n\n```cedar\n{body[0].strip()}\n```\n"
