"""What every converter of tool schemas is asked: turn each listed tool into its model API's form.

Prints which tools it refuses, and which keywords of the input schemas do not arrive.
"""

import collections
import json
import os
import re


def _words(schema):
    """How often each keyword stands in a schema; names of properties are no keywords."""
    found = collections.Counter()
    if isinstance(schema, list):
        for member in schema:
            found += _words(member)
    elif isinstance(schema, dict):
        for name, value in schema.items():
            # Gemini's own types write them in snake case.
            word = re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)
            found[word] += 1
            if word in ("properties", "$defs"):
                for member in value.values():
                    found += _words(member)
            elif word in ("items", "anyOf", "oneOf", "allOf", "additionalProperties"):
                found += _words(value)
    return found


def tell(convert):
    with open(os.environ["TOOLS_FILE"], encoding="utf-8") as file:
        tools = json.load(file)
    refused = {}
    dropped = collections.Counter()
    for tool in tools:
        try:
            converted = convert(tool)
        except Exception as error:  # Every refusal is a finding.
            refused[tool["name"]] = f"{type(error).__name__}: {error}"[:300]
            continue
        before, after = _words(tool["inputSchema"]), _words(converted)
        for word, count in before.items():
            if after[word] < count:
                dropped[word] += 1
    print("CONVERTED " + json.dumps({"refused": refused, "dropped": dropped}), flush=True)
