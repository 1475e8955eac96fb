# The Google ADK. Its limits are `timeout` and `sse_read_timeout`.
import asyncio
import json
from types import SimpleNamespace

from google.adk.tools.mcp_tool import McpToolset, StreamableHTTPConnectionParams
from mcp.types import ElicitResult

from plan import HEADERS, URL, follow


async def main():
    questions = []
    progress = []

    async def answer(_context, params):
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async def heard(_progress, _total, message):
        progress.append(message)

    toolset = McpToolset(
        connection_params=StreamableHTTPConnectionParams(url=URL, headers=HEADERS),
        progress_callback=heard,
        elicitation_callback=answer,
    )
    by_name = {tool.name: tool for tool in await toolset.get_tools()}
    context = SimpleNamespace(_invocation_context=None, state={}, actions=None, tool_confirmation=None)

    async def tools():
        # What can't be declared to the model does not count as arrived.
        return [name for name, tool in by_name.items() if tool._get_declaration() is not None]

    async def call(name, arguments):
        result = await by_name[name].run_async(args=arguments, tool_context=context)
        return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)

    async def call_with_progress(name, arguments, on_progress):
        text = await call(name, arguments)
        for message in progress:
            on_progress(message)
        return text

    await follow(tools, call, call_with_progress, questions, cancel=True)
    await toolset.close()


asyncio.run(main())
