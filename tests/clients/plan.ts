/** The calls that every client makes, in this order. */
import type { Sandbox } from "../sandbox/mod.ts";

/** A call of a tool. */
export interface PlannedCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** The calls, by what they test. */
export interface Plan {
  /** Returns data. */
  read: PlannedCall;
  /** Fails with `not_found`. */
  error: PlannedCall;
  /** Sends null for optional arguments, as models that must name every property do. */
  optional: PlannedCall;
  /** Waits for an operation of some seconds. */
  progress: PlannedCall;
  /** Needs a person's yes. */
  destructive: PlannedCall;
  /** Waits long enough to be cancelled. */
  cancel: PlannedCall;
}

/** Names of the calls. */
export type Step = keyof Plan;

/** The plan for a sandbox's account. */
export function planFor(sandbox: Sandbox): Plan {
  const [first, second] = sandbox.account().servers;
  if (first === undefined || second === undefined) throw new Error("The account needs two servers.");
  return {
    read: { name: "list_servers", arguments: {} },
    error: { name: "get_server_details", arguments: { server_id: 999_999_999 } },
    optional: { name: "get_audit_log", arguments: { before: null, limit: null } },
    progress: { name: "backup_server", arguments: { server_id: first.id, wait_seconds: 20 } },
    destructive: { name: "restart_server", arguments: { server_id: second.id, wait_seconds: 0 } },
    cancel: { name: "get_server_disk_usage", arguments: { server_id: first.id, wait_seconds: 20 } },
  };
}
