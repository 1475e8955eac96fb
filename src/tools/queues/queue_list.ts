/** The queues of an application: background workers that Supervisord keeps running. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import {
  givenList,
  idNumber,
  listReply,
  looseNumber,
  looseObject,
  looseText,
  statedFlag,
} from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { nullIfRefused } from "../define/questions.ts";
import { idsOf } from "../define/targets.ts";

const queueRecord = z.looseObject({
  id: idNumber,
  queue_id: looseText,
  connection: looseText,
  queue: looseText,
  procs: looseNumber,
  sleep: looseNumber,
  timeout: looseNumber,
  tries: looseNumber,
  env: looseText,
  artisan_path: looseText,
});

/** A queue, as Cloudways lists it. All its values come as text. */
export type QueueRecord = z.output<typeof queueRecord>;

/** The answer to a change: all queues that there are after it. */
export const queuesReply = listReply("queues_list", queueRecord);

const listingReply = looseObject({ is_enabled: statedFlag, queues_list: givenList(queueRecord) });

/** The queues of an application. */
export interface Queues {
  /** Whether Supervisord is installed on the server; null if Cloudways doesn't say. */
  isInstalled: boolean | null;
  queues: QueueRecord[];
}

/** Reads the queues of an application. */
export async function readQueues(account: CloudwaysAccount, found: FoundApp): Promise<Queues> {
  const { is_enabled, queues_list } = await account.read({
    operation: "supervisord_list_queues",
    path: path`/app/supervisor`,
    query: idsOf(found),
    reply: listingReply,
  });
  return { isInstalled: is_enabled, queues: queues_list };
}

/** @throws {ToolError} `not_found`, with the queues there are. */
export function findQueue(queues: readonly QueueRecord[], id: number): QueueRecord {
  const found = queues.find((queue) => queue.id === id);
  if (found !== undefined) return found;
  throw new ToolError("not_found", `This application has no queue ${id}.`, {
    hint: "Nothing was done, and nobody was asked. list_queues shows the queues.",
    details: { queue_ids: queues.map((queue) => queue.id) },
    done: "nothing",
  });
}

const processRecord = z.object({ queue_id: looseText, state: looseText, details: looseText });

/** A worker process, by its own name. */
export interface WorkerProcess {
  name: string;
  state: string;
  details: string;
}

/** Reads the state of the worker processes; null where Cloudways doesn't show it. */
export async function readProcesses(account: CloudwaysAccount, found: FoundApp): Promise<WorkerProcess[] | null> {
  const processes = await account.read({
    operation: "supervisord_queue_status",
    path: path`/supervisor/queue/status`,
    query: idsOf(found),
    reply: listReply("response", processRecord),
  }).catch((error) => nullIfRefused(error));
  return processes?.map(({ queue_id, state, details }) => ({ name: queue_id, state, details })) ?? null;
}

/** The processes of a queue: their names are that of the queue with a suffix. */
export function processesOf(queue: QueueRecord, processes: readonly WorkerProcess[]): WorkerProcess[] {
  return processes.filter(({ name }) => queue.queue_id !== "" && name.startsWith(`${queue.queue_id}_`));
}

/** A queue in an answer, in the words of the inputs. */
export function queueView(
  { id, queue_id, connection, queue, procs, sleep, timeout, tries, env, artisan_path }: QueueRecord,
) {
  return {
    id,
    name: queue_id,
    connection,
    queue,
    process_count: procs,
    sleep_seconds: sleep,
    timeout_seconds: timeout,
    tries_count: tries,
    environment: env,
    artisan_path,
  };
}
