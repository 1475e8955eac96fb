# LangChain for Python.
import asyncio

from langchain_mcp_adapters.callbacks import Callbacks
from langchain_mcp_adapters.client import MultiServerMCPClient
from mcp.types import ElicitResult

from plan import HEADERS, URL, follow


async def main():
    questions = []
    progress = []

    async def answer(_mcp_context, params, _context):
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async def heard(_progress, _total, message, _context):
        progress.append(message)

    client = MultiServerMCPClient(
        {"cloudways": {"transport": "http", "url": URL, "headers": HEADERS}},
        callbacks=Callbacks(on_progress=heard, on_elicitation=answer),
    )
    by_name = {tool.name: tool for tool in await client.get_tools()}

    async def tools():
        return list(by_name)

    async def call(name, arguments):
        message = await by_name[name].ainvoke({"type": "tool_call", "id": "1", "name": name, "args": arguments})
        content = message.content
        return content if isinstance(content, str) else "\n".join(block.get("text", "") for block in content)

    async def call_with_progress(name, arguments, on_progress):
        text = await call(name, arguments)
        for message in progress:
            on_progress(message)
        return text

    await follow(tools, call, call_with_progress, questions, cancel=True)


asyncio.run(main())
