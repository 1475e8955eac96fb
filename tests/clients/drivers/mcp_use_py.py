# mcp-use for Python, by its adapter for LangChain.
import asyncio

from mcp.types import ElicitResult
from mcp_use import MCPClient
from mcp_use.agents.adapters.langchain_adapter import LangChainAdapter

from plan import HEADERS, URL, follow


async def main():
    questions = []

    async def answer(_context, params):
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    config = {"mcpServers": {"cloudways": {"url": URL, "headers": HEADERS}}}
    client = MCPClient(config, elicitation_callback=answer)
    await client.create_all_sessions()
    by_name = {tool.name: tool for tool in await LangChainAdapter().create_tools(client)}

    async def tools():
        return list(by_name)

    async def call(name, arguments):
        return await by_name[name].ainvoke(arguments)

    await follow(tools, call, questions=questions, cancel=True)
    await client.close_all_sessions()


asyncio.run(main())
