"""What every driver in Python does with its client: follows the plan, and prints one line of JSON.

`tools()` gives the names of the tools that arrived. `call(name, arguments)` gives the text that a model would see;
`call_with_progress(name, arguments, on_progress)` is given where the client can ask for progress. `questions` is the
list of the messages of the forms that were shown, or None where the client has none.
"""

import asyncio
import json
import os
import urllib.error
import urllib.request

PLAN = json.loads(os.environ.get("CLIENT_PLAN", "{}"))
URL = os.environ.get("MCP_URL", "")
HEADERS = {"x-cloudways-access-token": os.environ.get("MCP_TOKEN", "")}


def text_of(result):
    """Text of a `tools/call` result."""
    return "\n".join(getattr(part, "text", f"[{part.type}]") for part in result.content)


def _approve(text):
    request = urllib.request.Request(os.environ["PERSON_URL"], data=text.encode(), method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as response:
            return response.status == 200
    except urllib.error.HTTPError:
        return False


async def follow(tools, call, call_with_progress=None, questions=None, cancel=False):
    async def say(work):
        try:
            return str(await work)
        except Exception as error:  # What a client throws is what its caller sees.
            return f"threw: {type(error).__name__}: {error}"

    def step(name):
        return call(PLAN[name]["name"], PLAN[name]["arguments"])

    told = {"tools": await tools(), "answers": {}, "progress": None, "questions": questions}
    answers = told["answers"]
    for name in ("read", "error", "optional"):
        answers[name] = await say(step(name))

    if call_with_progress is None:
        answers["progress"] = await say(step("progress"))
    else:
        seen = []
        planned = PLAN["progress"]
        answers["progress"] = await say(call_with_progress(planned["name"], planned["arguments"], seen.append))
        told["progress"] = len(seen)

    answers["destructive"] = await say(step("destructive"))
    if await asyncio.to_thread(_approve, answers["destructive"]):
        answers["again"] = await say(step("destructive"))

    if cancel:
        task = asyncio.ensure_future(step("cancel"))
        await asyncio.sleep(1.5)
        task.cancel()
        try:
            answers["cancel"] = str(await task)
        except asyncio.CancelledError:
            answers["cancel"] = "threw: CancelledError"
        except Exception as error:
            answers["cancel"] = f"threw: {type(error).__name__}: {error}"
        # The message that cancels is sent after the call has ended for its caller.
        await asyncio.sleep(0.5)
    print("TOLD " + json.dumps(told), flush=True)
