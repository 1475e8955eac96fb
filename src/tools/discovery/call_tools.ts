import { defineForwardingTool } from "../define/forwarding_tool.ts";
import type { Tool } from "../define/tool.ts";

const callReadTool = defineForwardingTool({
  name: "call_read_tool",
  title: "Call a tool that reads",
  toolset: "discovery",
  effect: "read",
  description:
    "Calls a tool that find_tools gave and whose effect is read, when it is not in your list. For all other " +
    "tools use call_tool.",
});

const callTool = defineForwardingTool({
  name: "call_tool",
  title: "Call any tool",
  toolset: "discovery",
  effect: "destructive",
  description: "Calls any tool that find_tools gave, when it is not in your list. It does what that tool does: a " +
    "person is asked where that tool asks one, and a call that was approved is made again in either way.",
});

/** The tools of this file. */
export const callTools: readonly Tool[] = [callReadTool, callTool];
