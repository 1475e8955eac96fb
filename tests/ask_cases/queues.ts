import { always, APP, never, type ToolCases } from "./case.ts";

const QUEUE = { ...APP, queue_id: 19 };

/** The tools for Supervisord's queues. */
export const queuesCases: Record<string, ToolCases> = {
  create_queue: {
    sends: "supervisord_create_queue",
    args: { ...APP, connection: "redis" },
    cases: never("adds, and leaves all as it is"),
  },
  restart_queue: { sends: "supervisord_restart_queue", args: QUEUE, cases: always("cuts jobs off") },
  delete_queue: { sends: "supervisord_delete_queue", args: QUEUE, cases: always("stops its workers") },
};
