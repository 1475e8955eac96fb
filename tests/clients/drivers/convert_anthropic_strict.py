# The Anthropic SDK's schemas for strict mode. What it drops as a keyword it appends to the description.
from anthropic import transform_schema

from convert import tell

tell(lambda tool: transform_schema(tool["inputSchema"]))
