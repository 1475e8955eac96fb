# The client of FastMCP.
import asyncio

from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport

from plan import HEADERS, URL, follow, text_of


async def main():
    questions = []

    async def answer(message, response_type, params, context):
        questions.append(message)
        return response_type(approve=True)

    async with Client(StreamableHttpTransport(URL, headers=HEADERS), elicitation_handler=answer) as client:

        async def tools():
            return [tool.name for tool in await client.list_tools()]

        async def call(name, arguments):
            return text_of(await client.call_tool(name, arguments))

        async def call_with_progress(name, arguments, on_progress):
            async def heard(progress, total, message):
                on_progress(message)

            return text_of(await client.call_tool(name, arguments, progress_handler=heard))

        await follow(tools, call, call_with_progress, questions, cancel=True)


asyncio.run(main())
