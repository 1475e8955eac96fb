# google-genai: hands the session's tools to the model and calls them by itself. The model is the stand-in.
import asyncio
import os

from google import genai
from google.genai import types
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from plan import HEADERS, URL


async def main():
    options = types.HttpOptions(base_url=os.environ["MODEL_URL"])
    model = genai.Client(api_key="not-a-key", http_options=options)
    async with streamable_http_client(URL, http_client=create_mcp_http_client(headers=HEADERS)) as streams:
        async with ClientSession(streams[0], streams[1]) as session:
            await session.initialize()
            await model.aio.models.generate_content(
                model="stand-in",
                contents="Follow the plan.",
                # As a dict: a session in a GenerateContentConfig can't be copied.
                config={"tools": [session]},
            )


asyncio.run(main())
