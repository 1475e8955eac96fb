# The OpenAI agents SDK: schemas for its strict mode. What it refuses goes to the model without strict mode.
import copy

from agents.strict_schema import ensure_strict_json_schema

from convert import tell

tell(lambda tool: ensure_strict_json_schema(copy.deepcopy(tool["inputSchema"])))
