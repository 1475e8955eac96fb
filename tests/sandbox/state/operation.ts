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
  /** Keeps other operations off the server while it runs. */
  locks: boolean;
  /** What it changes when it is done. */
  effect?: (() => void) | undefined;
  /** What becomes of it at its end, good or bad. */
  ending?: (() => void) | undefined;
  /** What a report found. */
  result?: (() => unknown) | undefined;
  /** The answer holds the server's record with its passwords. */
  showsServer: boolean;
}
