/** The mixed load: what callers do, and how often. */
import { askByForm, askByPage } from "./asking_calls.ts";
import type { Caller } from "./caller.ts";
import {
  burst,
  callWrongly,
  comeWithWrongCredentials,
  leave,
  read,
  readAuditLog,
  readOperation,
  readReport,
  write,
} from "./plain_calls.ts";
import { askInSession } from "./session_calls.ts";
import { callSlowly } from "./slow_calls.ts";

type Deed = (caller: Caller) => Promise<void>;

const SHARES: readonly [share: number, deed: Deed][] = [
  [38, read],
  [3, readReport],
  [6, readOperation],
  [5, readAuditLog],
  [14, write],
  [10, askByForm],
  [6, askByPage],
  [4, askInSession],
  [3, comeWithWrongCredentials],
  [4, callWrongly],
  [5, leave],
  [2, callSlowly],
  [1, burst],
];

const DEEDS = SHARES.flatMap(([share, deed]) => Array<Deed>(share).fill(deed));

/** Longest pause between two calls of one caller. */
const MAX_PAUSE_MS = 300;

/** Makes calls until there is to be an end. */
export async function makeCalls(caller: Caller, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await caller.random.pick(DEEDS)(caller);
    await new Promise((resolve) => setTimeout(resolve, caller.random.between(0, MAX_PAUSE_MS)));
  }
}
