# The Anthropic SDK's helper for MCP tools.
from anthropic.lib.tools.mcp import async_mcp_tool
from mcp import types

from convert import tell

tell(lambda tool: async_mcp_tool(types.Tool.model_validate(tool), None).to_dict()["input_schema"])
