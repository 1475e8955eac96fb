/** Everything that a diagnosis looks at. What was not read is absent. */
import type { Deployment } from "../../../cloudways/deployments.ts";
import type { FoundApp } from "../../../cloudways/server_listing.ts";
import type { AlertRecord } from "../../define/alert_list.ts";
import type { AppVarnish } from "../../define/app_varnish.ts";
import type { readServices } from "../../define/server_services.ts";
import type { Line } from "./graph_lines.ts";
import type { Span } from "./span.ts";
import type { Row } from "./table_rows.ts";

/** A change that was made through this server. */
export interface Change {
  tool: string;
  /** In milliseconds since the Unix epoch. */
  at: number;
}

/** What was read, by part. */
export interface Readings {
  services?: Awaited<ReturnType<typeof readServices>>;
  cpu?: Line | null;
  memory?: Line | null;
  restarts?: Line | null;
  disk?: Line | null;
  /** The second disk, on servers that have one for the database. */
  database_disk?: Line | null;
  varnish?: AppVarnish;
  deployments?: Deployment[];
  alerts?: AlertRecord[];
  changes?: Change[];
  addresses?: Row[];
  bots?: Row[];
  paths?: Row[];
  statuses?: Row[];
  slow_pages?: Row[];
  slow_queries?: Row[];
  running_queries?: Row[];
  cron?: Row[];
  /** When its restore points were made, newest first, in milliseconds since the Unix epoch. */
  backups?: number[];
}

/** A thing that a diagnosis looks at. */
export type PartName = keyof Readings;

/** The readings of one application, and when each was made. */
export interface Facts extends Readings {
  found: FoundApp;
  span: Span;
  /** ISO 8601. */
  readAt: Partial<Record<PartName, string>>;
}

/** What every rule gets of a part: when it was read. */
export function readAt({ readAt }: Facts, part: PartName): string | null {
  return readAt[part] ?? null;
}
