# LlamaIndex. Its limit of 30 seconds a call is `timeout`.
import asyncio

from llama_index.tools.mcp import BasicMCPClient, McpToolSpec

from plan import HEADERS, URL, follow, text_of


async def main():
    client = BasicMCPClient(URL, headers=HEADERS, timeout=60)
    by_name = {tool.metadata.name: tool for tool in await McpToolSpec(client=client).to_tool_list_async()}

    async def tools():
        return list(by_name)

    async def call(name, arguments):
        return (await by_name[name].acall(**arguments)).content

    async def call_with_progress(name, arguments, on_progress):
        async def heard(progress, total, message):
            on_progress(message)

        return text_of(await client.call_tool(name, arguments, progress_callback=heard))

    await follow(tools, call, call_with_progress, cancel=True)


asyncio.run(main())
