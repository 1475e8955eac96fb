# LlamaIndex makes a Pydantic model of each input schema, and its schema goes to the model.
from llama_index.tools.mcp import McpToolSpec

from convert import tell

spec = McpToolSpec(client=None)


def convert(tool):
    model = spec.create_model_from_json_schema(tool["inputSchema"], model_name=f"{tool['name']}_Schema")
    return model.model_json_schema()


tell(convert)
