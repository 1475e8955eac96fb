import { always, LISTING, type ToolRow } from "./row.ts";

/** What every tool refuses that calls another one. */
const WRONG = [
  { args: {}, names: "name" },
  { args: { name: "" }, names: "name" },
  { args: { name: "delete_everything" }, names: "name" },
  { args: { name: "call_tool" }, names: "name" },
  { args: { name: "call_read_tool" }, names: "name" },
  { args: { name: "find_tools", arguments: { query: "cron" } }, names: "name" },
  { args: { name: "list_servers", arguments: "{" }, names: "arguments" },
  { args: { name: "list_servers", arguments: "[1]" }, names: "arguments" },
  { args: { name: "list_servers", arguments: ["detail"] }, names: "arguments" },
  { args: { name: "list_servers", arguments: '{"detail":"full","detail":"concise"}' }, names: "arguments" },
  { args: { name: "list_servers", arguments: '{"detail":"everything"}' }, names: "detail" },
  { args: { name: "list_servers", detail: "full" }, names: "detail" },
];

/** Rows of the tools that find and call the others. */
export const discoveryRows: readonly ToolRow[] = [
  {
    tool: "find_tools",
    minimal: { query: "add a cron job" },
    full: { query: "back up my shop", toolset: "apps", limit: 2 },
    sends: always(),
    wrong: [
      { args: {}, names: "query" },
      { args: { query: " " }, names: "query" },
      { args: { query: "cron", limit: 0 }, names: "limit" },
      { args: { query: "cron", limit: 11 }, names: "limit" },
      { args: { query: "cron", toolset: "discovery" }, names: "toolset" },
      { args: { query: "cron", toolset: "everything" }, names: "toolset" },
    ],
  },
  {
    tool: "call_read_tool",
    minimal: { name: "list_servers" },
    full: { name: "find_resources", arguments: { query: "shop" } },
    sends: always(LISTING),
    wrong: [...WRONG, { args: { name: "restart_server", arguments: { server_id: 100001 } }, names: "call_tool" }],
  },
  {
    tool: "call_tool",
    minimal: { name: "list_servers" },
    full: { name: "find_resources", arguments: { query: "shop" } },
    sends: always(LISTING),
    wrong: WRONG,
  },
];
