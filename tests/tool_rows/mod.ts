import { appsRows } from "./apps.ts";
import { basicRows } from "./basic.ts";
import type { ToolRow } from "./row.ts";
import { securityRows } from "./security.ts";
import { serversRows } from "./servers.ts";

/** Every tool's row. A tool without one fails the tests. */
export const toolRows: readonly ToolRow[] = [...basicRows, ...serversRows, ...appsRows, ...securityRows];
