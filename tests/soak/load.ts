/** The mixed load: the actions of callers and their frequency. */
import { askByForm, askByPage } from "./asking_calls.ts";
import type { Caller } from "./caller.ts";
import {
  burst,
  callWithWrongCredentials,
  leave,
  makeWrongCall,
  read,
  readAuditLog,
  readOperation,
  readReport,
  write,
} from "./plain_calls.ts";
import { askInSession } from "./session_calls.ts";
import { callSlowly } from "./slow_calls.ts";

type Action = (caller: Caller) => Promise<void>;

const SHARES: readonly [share: number, action: Action][] = [
  [38, read],
  [3, readReport],
  [6, readOperation],
  [5, readAuditLog],
  [14, write],
  [10, askByForm],
  [6, askByPage],
  [4, askInSession],
  [3, callWithWrongCredentials],
  [4, makeWrongCall],
  [5, leave],
  [2, callSlowly],
  [1, burst],
];

const ACTIONS = SHARES.flatMap(([share, action]) => Array<Action>(share).fill(action));

/** Longest pause between two calls of one caller. */
const MAX_PAUSE_MS = 300;

/** Makes calls until `isOver`. */
export async function makeCalls(caller: Caller, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await caller.random.pick(ACTIONS)(caller);
    await new Promise((resolve) => setTimeout(resolve, caller.random.between(0, MAX_PAUSE_MS)));
  }
}
