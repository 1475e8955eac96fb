/** Background work. */
export interface OperationState {
  /** A number as text, `flex-…`, or a UUID. */
  id: string;
  type: string;
  serverId: number;
  appId: number;
  state: "running" | "done" | "failed";
  /** Done when this many polls have seen it running, or at `finishAt`, whichever comes first. */
  pollsLeft: number;
  finishAt: number;
  startedAt: number;
  /** Blocks other operations on the server while it runs. */
  locks: boolean;
  /** What it changes when it is done. */
  effect?: (() => void) | undefined;
  /** Called at its end, whether it succeeded or failed. */
  ending?: (() => void) | undefined;
  /** The result of a report. */
  result?: (() => unknown) | undefined;
  /** The answer contains the server's record with its passwords. */
  showsServer: boolean;
}
