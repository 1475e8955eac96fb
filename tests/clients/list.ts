/** Every client that is run, in the order of the matrix. */

/** How a client's driver is run. */
export type Runtime = "node" | "python" | "go" | "model";

/** A client. To add one, copy a neighbour, pin its packages in `versions.json`, and copy its driver. */
export interface ListedClient {
  /** Name of its packages in `versions.json`. */
  id: string;
  /** As the matrix calls it. */
  title: string;
  runtime: Runtime;
  /** File in `drivers/`. Several clients may share one installation. */
  driver: string;
  /** Columns that may fail, with the reason. One that passes all the same is reported, so that it is taken off. */
  gaps?: Partial<Record<Column, string>>;
}

/** What is judged of a client. */
export const COLUMNS = ["list", "call", "progress", "confirmation", "cancel"] as const;
/** One of {@linkcode COLUMNS}. */
export type Column = typeof COLUMNS[number];

/** The clients. */
export const clients: readonly ListedClient[] = [
  { id: "sdk-ts-1", title: "TypeScript SDK 1", runtime: "node", driver: "sdk_ts_1.mjs" },
  { id: "sdk-ts-2", title: "TypeScript SDK 2", runtime: "node", driver: "sdk_ts_2.mjs" },
  { id: "mcp-remote", title: "mcp-remote", runtime: "node", driver: "mcp_remote.mjs" },
];
