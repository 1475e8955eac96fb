/** Listing, creating, restarting and deleting queues. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import type { QuestionFact } from "../../confirm/question.ts";
import { ToolError } from "../../errors.ts";
import { appInput } from "../define/inputs.ts";
import { anyReply, record, records } from "../define/outputs.ts";
import { type AppFacts, appFacts, count, NOT_TOLD, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import {
  findQueue,
  processesOf,
  type QueueRecord,
  queuesReply,
  queueView,
  readProcesses,
  readQueues,
} from "./queue_list.ts";

const listQueues = defineTool({
  name: "list_queues",
  title: "Supervisor queues",
  toolset: "queues",
  effect: "read",
  description: "Lists the queues of an application: background workers, such as Laravel's artisan queue:work, that " +
    "Supervisord keeps running, with the state of each process.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, is_installed: z.boolean().nullable(), queues: records }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const { isInstalled, queues } = await readQueues(account, found);
    const all = queues.length === 0 ? [] : await readProcesses(account, found);
    const states = (queue: QueueRecord) => all === null ? null : processesOf(queue, all);
    const others = all?.filter((one) => !queues.some((queue) => processesOf(queue, [one]).length > 0)) ?? [];
    return {
      ...namesOf(found),
      is_installed: isInstalled,
      queues: queues.map((queue) => ({ ...queueView(queue), states: states(queue) })),
      ...(others.length > 0 && { other_processes: others }),
      ...(all === null && { states_not_told: "Cloudways does not show the state of the processes." }),
      ...(isInstalled === false && { next_step: INSTALL }),
    };
  },
});

const INSTALL = "Supervisord is not installed on this server: update_server_package with package supervisor and " +
  "version latest installs it.";

/** Values that become part of a command on the server. */
const word = (max: number) => z.string().max(max).regex(/^[A-Za-z0-9][\w.:-]*$/, "must be one word, such as redis");

const queueInput = {
  connection: word(60).describe("Queue driver of the application: redis, database, sqs."),
  queue: z.string().max(200).regex(/^[A-Za-z0-9][\w.:,-]*$/, "must be names without spaces, such as high,default")
    .default("default").describe("Name of the queue, or several: high,default"),
  processes: z.int().min(1).max(100).default(1).describe("How many workers run at once."),
  sleep_seconds: z.int().min(0).max(3600).default(3).describe("Pause while the queue is empty."),
  timeout_seconds: z.int().min(0).max(86_400).default(60).describe("How long one job may run."),
  tries: z.int().min(0).max(1000).default(0).describe("Attempts for each job; 0: as the application says."),
  environment: word(60).optional().describe("Name of the environment: production"),
  artisan_path: z.string().max(250)
    .regex(/^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/, "must be a path such as public_html/artisan")
    .default("public_html/artisan").describe("artisan, below the folder of the application."),
};

const createQueue = defineTool({
  name: "create_queue",
  title: "Create a queue",
  toolset: "queues",
  effect: "write",
  undo: { none: "delete_queue removes the queue" },
  description:
    "Creates a queue of an application: worker processes (artisan queue:work) that Supervisord keeps running. " +
    "They use memory of the server all the time. After an unclear end look at list_queues first.",
  input: () => z.strictObject({ ...appInput, ...queueInput }),
  output: () => z.looseObject({ ...appOutput, queue_id: z.number().nullable(), queue: record.optional() }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const before = await readQueues(account, found);
    if (before.isInstalled === false) throw notInstalled();
    const known = new Set(before.queues.map(({ id }) => id));
    const after = await account.write({
      operation: "supervisord_create_queue",
      method: "POST",
      path: path`/app/supervisor`,
      form: { ...idsOf(found), ...fieldsOf(input) },
      reply: queuesReply,
    });
    const added = after.filter(({ id }) => !known.has(id));
    const [queue] = added.length === 1 ? added : [];
    return {
      ...namesOf(found),
      queue_id: queue?.id ?? null,
      ...(queue === undefined ? { next_step: "Look at list_queues." } : { queue: queueView(queue) }),
    };
  },
});

/** The values of a queue in the form of the request. */
function fieldsOf(input: z.output<z.ZodObject<typeof queueInput>>) {
  return {
    "queues_list[connection]": input.connection,
    "queues_list[queue]": input.queue,
    "queues_list[procs]": input.processes,
    "queues_list[sleep]": input.sleep_seconds,
    "queues_list[timeout]": input.timeout_seconds,
    "queues_list[tries]": input.tries,
    "queues_list[env]": input.environment,
    "queues_list[artisan_path]": input.artisan_path,
  };
}

function notInstalled(): ToolError {
  return new ToolError("validation_failed", "Supervisord is not installed on the server of this application.", {
    hint: `Nothing was done. ${INSTALL}`,
    done: "nothing",
  });
}

const oneQueue = {
  ...appInput,
  queue_id: z.int().min(1).describe("Id from list_queues."),
};

interface QueueFacts extends AppFacts {
  queue: QueueRecord;
}

async function queueFacts(
  input: { app_id: number; server_id?: number | undefined; queue_id: number },
  context: ToolContext,
): Promise<QueueFacts> {
  const facts = await appFacts(input, context);
  const { queues } = await readQueues(context.account, facts);
  return { ...facts, queue: findQueue(queues, input.queue_id) };
}

/** What a question shows of a queue, and what its yes is bound to. */
function onQueue(facts: QueueFacts) {
  const { queue_id, connection, queue, procs, artisan_path } = facts.queue;
  const shown = (value: string) => [value === "" ? NOT_TOLD : value];
  return {
    ...onApp(facts),
    facts: [
      { name: "Queue", values: shown(queue), isFirst: true as const },
      { name: "Connection", values: shown(connection) },
      { name: "Worker processes", values: [procs === null ? NOT_TOLD : String(procs)] },
      { name: "Command", values: shown(artisan_path) },
      { name: "Name at Supervisord", values: shown(queue_id) },
    ],
    target: queueView(facts.queue),
  };
}

/** What else a queue is made of, for a person who may have to make it again. */
function otherValues({ queue: { sleep, timeout, tries, env } }: QueueFacts): QuestionFact[] {
  const shown = (value: number | null) => [value === null ? NOT_TOLD : String(value)];
  return [
    { name: "Pause while it is empty, in seconds", values: shown(sleep) },
    { name: "Time for one job, in seconds", values: shown(timeout) },
    { name: "Attempts for each job", values: shown(tries) },
    { name: "Environment", values: [env === "" ? NOT_TOLD : env] },
  ];
}

/** What happens to a queue's workers, as the beginning of a sentence. */
function workersStop({ queue: { procs } }: QueueFacts): string {
  if (procs === null) return "Its worker processes stop";
  return `Its ${count(procs, "worker process stops", "worker processes stop")}`;
}

const restartQueue = defineAskingTool({
  name: "restart_queue",
  title: "Restart a queue",
  toolset: "queues",
  effect: "destructive",
  undo: { none: "the processes run again with the present code; nothing can be put back" },
  description: "Restarts the worker processes of a queue, such as after a deployment, or when jobs are stuck. " +
    "A person has to approve it.",
  input: () => z.strictObject(oneQueue),
  output: () => z.looseObject({ ...appOutput, queue_id: z.number(), message: z.string() }),
  facts: queueFacts,
  question: (facts) => ({
    headline: `Restart queue ${facts.queue.id} of application ${facts.app.id}.`,
    ...onQueue(facts),
    consequences: [
      `${workersStop(facts)}; then the present code runs.`,
      "A job that is running is cut off; whether it is tried again depends on the application.",
      "A restart can't be called off. Jobs that wait stay in the queue.",
    ],
  }),
  handler: async (_input, { account }, facts) => {
    await account.write({
      operation: "supervisord_restart_queue",
      method: "POST",
      path: path`/supervisor/queue/restart`,
      // Its documented type is a number, so it is the id and not the name at Supervisord.
      form: { ...idsOf(facts), queue_id: facts.queue.id },
      reply: anyReply,
    });
    return {
      ...namesOf(facts),
      queue_id: facts.queue.id,
      message: "Restarted. list_queues shows the state of its processes.",
    };
  },
});

const deleteQueue = defineAskingTool({
  name: "delete_queue",
  title: "Delete a queue",
  toolset: "queues",
  effect: "destructive",
  undo: { instead: "create_queue with the values of deleted_queue; the new one has another id." },
  idempotent: true,
  description:
    "Deletes a queue of an application and stops its workers. Its jobs wait until another worker takes them. " +
    "A person has to approve it.",
  input: () => z.strictObject(oneQueue),
  output: () =>
    z.looseObject({
      ...appOutput,
      queue_id: z.number(),
      deleted: z.boolean(),
      deleted_queue: record,
      queues: records,
    }),
  facts: queueFacts,
  question: (facts) => ({
    headline: `Delete queue ${facts.queue.id} of application ${facts.app.id}.`,
    ...onQueue(facts),
    consequences: [
      `${workersStop(facts)}, and a job that is running is cut off.`,
      "What the application puts into this queue, such as e-mails, waits until another worker takes it.",
      "It can be undone by creating a queue with the same values, which are shown here.",
    ],
    facts: [...onQueue(facts).facts, ...otherValues(facts)],
  }),
  handler: async (_input, { account }, facts) => {
    const left = await account.write({
      operation: "supervisord_delete_queue",
      method: "DELETE",
      path: path`/app/supervisor/${facts.queue.id}`,
      form: idsOf(facts),
      reply: queuesReply,
    });
    const { queue } = facts;
    const deleted = !left.some(({ id }) => id === queue.id);
    const views = { deleted_queue: queueView(queue), queues: left.map(queueView) };
    return { ...namesOf(facts), queue_id: queue.id, deleted, ...views };
  },
});

/** The tools of this file. */
export const queuesTools: readonly Tool[] = [listQueues, createQueue, restartQueue, deleteQueue];
