# The Google ADK's converter of MCP tools.
from google.adk.tools._gemini_schema_util import _to_gemini_schema

from convert import tell

tell(lambda tool: _to_gemini_schema(tool["inputSchema"]).model_dump(exclude_none=True, mode="json"))
