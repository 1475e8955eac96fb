import type { PhraseRow } from "./row.ts";

/** What people ask for that the tools of this toolset do. */
export const queuesPhrases: readonly PhraseRow[] = [
  ["are the Laravel workers running", "list_queues"],
  ["which background workers are there", "list_queues"],
  ["run artisan queue:work permanently", "create_queue"],
  ["keep a background worker alive with Supervisor", "create_queue"],
  ["Laravel jobs are stuck, restart the worker", "restart_queue"],
  ["workers still run the old code after a deployment", "restart_queue"],
  ["remove a Supervisor worker", "delete_queue"],
];
