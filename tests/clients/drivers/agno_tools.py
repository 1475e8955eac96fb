# agno. Its limit of 10 seconds a call is `timeout_seconds`; above 30, `timeout` of the parameters counts too.
import asyncio

from agno.tools.function import FunctionCall
from agno.tools.mcp import MCPTools, StreamableHTTPClientParams

from plan import HEADERS, URL, follow


async def main():
    params = StreamableHTTPClientParams(url=URL, headers=HEADERS)
    async with MCPTools(server_params=params, transport="streamable-http", timeout_seconds=60) as toolkit:
        by_name = toolkit.functions

        async def tools():
            return list(by_name)

        async def call(name, arguments):
            result = await FunctionCall(function=by_name[name], arguments=arguments).aexecute()
            if result.status != "success":
                return f"threw: {result.error}"
            return getattr(result.result, "content", result.result)

        await follow(tools, call, cancel=True)


asyncio.run(main())
