# The Google ADK. Its limits are `timeout` and `sse_read_timeout`.
import asyncio
import json
import types

from google.adk.tools.mcp_tool import McpToolset, StreamableHTTPConnectionParams

from plan import HEADERS, URL, follow


async def main():
    toolset = McpToolset(connection_params=StreamableHTTPConnectionParams(url=URL, headers=HEADERS, timeout=60))
    by_name = {tool.name: tool for tool in await toolset.get_tools()}
    context = types.SimpleNamespace(_invocation_context=None, state={}, actions=None, tool_confirmation=None)

    async def tools():
        # What can't be declared to the model does not count as arrived.
        return [name for name, tool in by_name.items() if tool._get_declaration() is not None]

    async def call(name, arguments):
        result = await by_name[name].run_async(args=arguments, tool_context=context)
        return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)

    await follow(tools, call, cancel=True)
    await toolset.close()


asyncio.run(main())
