# The OpenAI agents SDK. Its limit of 5 seconds a call is `client_session_timeout_seconds`.
import asyncio
import json

from agents import Agent, RunContextWrapper
from agents.mcp import MCPServerStreamableHttp, MCPUtil
from agents.tool_context import ToolContext

from plan import HEADERS, URL, follow


async def main():
    params = {"url": URL, "headers": HEADERS}
    async with MCPServerStreamableHttp(params=params, client_session_timeout_seconds=60) as server:
        agent = Agent(name="agent", mcp_servers=[server])
        found = await MCPUtil.get_function_tools(server, True, RunContextWrapper(context=None), agent)
        by_name = {tool.name: tool for tool in found}

        async def tools():
            return list(by_name)

        async def call(name, arguments):
            text = json.dumps(arguments)
            context = ToolContext(context=None, tool_name=name, tool_call_id="1", tool_arguments=text)
            result = await by_name[name].on_invoke_tool(context, text)
            return result if isinstance(result, str) else json.dumps(result)

        await follow(tools, call, cancel=True)


asyncio.run(main())
