import * as z from "zod";
import { TOOLSETS } from "../../identity/toolsets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

/** More would not fit into an answer with all their schemas. */
const MAX_TOOLS = 10;

const NOTHING_FOUND = "No tool fits these words. Say in other words what is to be done, or search one toolset.";

export const findTools: Tool = defineTool({
  name: "find_tools",
  title: "Find tools",
  toolset: "discovery",
  effect: "read",
  accountWide: false,
  publicAnswer: true,
  description: "Finds tools by what is to be done, also those that are not in your list: staging, PHP settings, cron " +
    "jobs, backup schedule, updates, SFTP users, team and more. Gives the best ones with their inputs, and says what " +
    "Cloudways' API can't do. Call a tool by its name, or with call_read_tool (effect read) or call_tool.",
  input: () =>
    z.strictObject({
      query: z.string().trim().min(1).max(1_000)
        .describe("What is to be done, in English: push staging to live, add an SFTP user."),
      toolset: z.enum(TOOLSETS).exclude(["discovery"]).optional().describe("Only tools of this toolset."),
      limit: z.int().min(1).max(MAX_TOOLS).default(5).describe("Most tools to give."),
    }),
  output: () =>
    z.looseObject({
      tools: z.array(z.looseObject({
        name: z.string(),
        toolset: z.string(),
        effect: z.string(),
        description: z.string(),
        input_schema: z.looseObject({}),
      })),
      not_possible: z.array(z.string()).optional(),
      note: z.string().optional(),
    }),
  handler: ({ query, toolset, limit }, { findTools }) => {
    const { tools, statements } = findTools(query, { limit, toolset });
    return Promise.resolve({
      tools,
      ...(statements.length > 0 && { not_possible: statements }),
      ...(tools.length === 0 && { note: NOTHING_FOUND }),
    });
  },
});
