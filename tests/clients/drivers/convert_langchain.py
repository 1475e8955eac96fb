# LangChain's form for OpenAI.
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.tools import convert_mcp_tool_to_langchain_tool
from mcp.types import Tool

from convert import tell


def convert(tool):
    made = convert_mcp_tool_to_langchain_tool(None, Tool.model_validate(tool), connection={"transport": "http"})
    return convert_to_openai_tool(made)["function"]["parameters"]


tell(convert)
