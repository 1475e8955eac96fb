# google-genai's converter of MCP tools.
from google.genai import _mcp_utils
from mcp import types

from convert import tell


def convert(tool):
    converted = _mcp_utils.mcp_to_gemini_tool(types.Tool.model_validate(tool))
    return converted.function_declarations[0].parameters.model_dump(exclude_none=True, mode="json")


tell(convert)
