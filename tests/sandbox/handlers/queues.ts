import * as z from "zod";
import { type Handlers, number, text } from "../call.ts";
import { notFound } from "../refusals.ts";
import type { AppState, QueueState } from "../state.ts";

const Input = z.object({
  connection: z.string(),
  queue: z.string().default("default"),
  procs: z.coerce.number().default(1),
  sleep: z.coerce.number().default(3),
  timeout: z.coerce.number().default(60),
  tries: z.coerce.number().default(0),
  env: z.string().default(""),
  artisan_path: z.string(),
});

/** Worker queues. Making or deleting a queue answers with all of them. */
export const queueHandlers: Handlers = {
  supervisord_list_queues: ({ app, server }) => ({
    status: true,
    is_enabled: server.services.supervisor_enabled !== 0,
    queues_list: app.queues.map(shown),
  }),
  supervisord_create_queue(call) {
    const { app } = call;
    const id = ++call.account.lastId.queue;
    app.queues.push({ id, queue_id: nameOf(app), restarts: 0, ...Input.parse(call.fields.queues_list) });
    return { queues_list: app.queues.map(shown), status: true };
  },
  supervisord_queue_status: ({ app }) => ({
    response: app.queues.flatMap(({ queue_id, procs }) =>
      Array.from({ length: procs }, (_, index) => ({
        details: `pid ${2679 + index}, uptime 3:31:07`,
        queue_id: `${queue_id}_${String(index).padStart(2, "0")}`,
        state: "RUNNING",
      }))
    ),
    status: true,
  }),
  // Its name suggests the text, its documented type the number, so both work.
  supervisord_restart_queue(call) {
    const wanted = text(call, "queue_id");
    const queue = call.app.queues.find(({ id, queue_id }) => String(id) === wanted || queue_id === wanted);
    if (queue === undefined) throw notFound("queue_id");
    queue.restarts++;
    return { response: "", status: true };
  },
  supervisord_delete_queue(call) {
    const { app } = call;
    if (!app.queues.some(({ id }) => id === number(call, "id"))) throw notFound("id");
    app.queues = app.queues.filter(({ id }) => id !== number(call, "id"));
    return { queues_list: app.queues.map(shown), status: true };
  },
};

function nameOf({ sys_user, queues }: AppState): string {
  return `${sys_user}_${queues.length + 1}`;
}

/** All values are text. */
function shown({ restarts: _untold, ...queue }: QueueState): unknown {
  return Object.fromEntries(Object.entries(queue).map(([name, value]) => [name, String(value)]));
}
