/** The version of this server, as clients, `/health` and `--version` show it. A test holds deno.json to it. */
export const VERSION = "0.1.0";
/** The name of this server, as clients and logs show it. */
export const SERVER_NAME = "cloudways-mcp";
/** What clients are told of this server. */
export const SERVER_INFO = { name: SERVER_NAME, title: "Cloudways", version: VERSION } as const;
