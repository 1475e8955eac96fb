/** A queue of Supervisord. */
export interface QueueState {
  id: number;
  /** Name of its processes, without the suffix. */
  queue_id: string;
  connection: string;
  queue: string;
  procs: number;
  sleep: number;
  timeout: number;
  tries: number;
  env: string;
  artisan_path: string;
  restarts: number;
}
