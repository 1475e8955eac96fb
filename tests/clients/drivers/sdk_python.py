# The official Python SDK. It looks for the newest revision by itself.
import asyncio

import mcp_types as types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from plan import HEADERS, URL, follow, text_of


async def main():
    questions = []

    async def answer(_context, params):
        questions.append(params.message)
        return types.ElicitResult(action="accept", content={"approve": True})

    transport = streamable_http_client(URL, http_client=create_mcp_http_client(headers=HEADERS))
    async with Client(transport, elicitation_callback=answer) as client:

        async def tools():
            return [tool.name for tool in (await client.list_tools()).tools]

        async def call(name, arguments):
            return text_of(await client.call_tool(name, arguments))

        async def call_with_progress(name, arguments, on_progress):
            async def heard(progress, total, message):
                on_progress(message)

            return text_of(await client.call_tool(name, arguments, progress_callback=heard))

        await follow(tools, call, call_with_progress, questions, cancel=True)


asyncio.run(main())
