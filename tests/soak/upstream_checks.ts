/** Invariants of the requests that arrived at Cloudways. */
import type { RecordedRequest, Sandbox } from "../sandbox/mod.ts";
import { type BucketLimit, type BucketPeak, bucketPeaks } from "./bucket_check.ts";
import type { Ledger } from "./ledger.ts";

/** The field that identifies a write, and whether the write needs a yes. */
const LABELLED: Readonly<Record<string, { field: string; asks: boolean }>> = {
  app_clone: { field: "app_label", asks: false },
  app_cname_update: { field: "cname", asks: true },
  git_clone: { field: "deploy_path", asks: true },
};

const SIGN_IN = "oauth_access_token_create";
const LABEL = /soak-\d+-\d+-\d+/;

/** A write that arrived. */
export interface ArrivedWrite {
  label: string;
  operation: string;
  asks: boolean;
}

/** What the checks found, for the report. */
export interface UpstreamFigures {
  requests: number;
  signIns: number;
  writes: readonly ArrivedWrite[];
  /** Of the customer that came closest to its limit. */
  bucket: { calm: BucketPeak; troubled: BucketPeak };
}

/** Checks the requests, and records every breach. */
export function checkUpstream(sandbox: Sandbox, ledger: Ledger, limit: BucketLimit): UpstreamFigures {
  const writes = sandbox.requests.flatMap(labelledWrite);
  checkWrites(writes, ledger);
  for (const { request, problem } of sandbox.violations) {
    ledger.breach("requests", `${request.method} ${request.path}: ${problem}`);
  }
  return {
    requests: sandbox.requests.length,
    signIns: sandbox.requestsTo(SIGN_IN).length,
    writes,
    bucket: checkBuckets(sandbox.requests, ledger, limit),
  };
}

/** A write with a refused token did nothing, and is sent again with a fresh one. */
function labelledWrite({ operationId = "", fields, status }: RecordedRequest): ArrivedWrite[] {
  const found = LABELLED[operationId];
  if (found === undefined || status === 401) return [];
  const label = LABEL.exec(String(fields[found.field]))?.[0];
  return label === undefined ? [] : [{ label, operation: operationId, asks: found.asks }];
}

/** Checks each label: at most once, never without a yes, and always if it was answered as done. */
export function checkWrites(writes: readonly ArrivedWrite[], ledger: Ledger): void {
  const arrived = Map.groupBy(writes, ({ label }) => label);
  for (const [label, [first, ...more]] of arrived) {
    if (more.length > 0) ledger.breach("once", `${first?.operation} of ${label} came in ${more.length + 1} times`);
    if (first?.asks === true && !ledger.approved.has(label)) ledger.breach("yes", `${first.operation} of ${label}`);
  }
  for (const label of ledger.done) if (!arrived.has(label)) ledger.breach("done", `${label} never came in`);
}

function checkBuckets(requests: readonly RecordedRequest[], ledger: Ledger, limit: BucketLimit) {
  const owners = new Map<string, string>();
  const arrivals = new Map<string, number[]>();
  for (const request of requests) {
    const { operationId, authorization = "", authorizationKind, email, at } = request;
    if (operationId === SIGN_IN || mayBeSentAgain(request)) continue;
    // An expired token still belongs to its account.
    if (email !== undefined) owners.set(authorization, `${email} by ${authorizationKind}`);
    const owner = owners.get(authorization) ?? authorization;
    const own = arrivals.get(owner) ?? [];
    own.push(at);
    arrivals.set(owner, own);
  }
  const troubles = [...ledger.redisTrouble.all, ...ledger.slowRedis];
  let highest: UpstreamFigures["bucket"] = { calm: { level: 0, allowed: 0 }, troubled: { level: 0, allowed: 0 } };
  for (const [owner, own] of arrivals) {
    const peaks = bucketPeaks(own, limit, troubles);
    for (const { level, allowed } of Object.values(peaks)) {
      if (level > allowed) ledger.breach("bucket", `${owner}: ${level.toFixed(1)} of ${allowed}`);
    }
    highest = { calm: higher(highest.calm, peaks.calm), troubled: higher(highest.troubled, peaks.troubled) };
  }
  return highest;
}

/** A read whose connection gave no answer. Deno's own pool sends it once more without a second token. */
function mayBeSentAgain({ method, status }: RecordedRequest): boolean {
  return method === "GET" && status === undefined;
}

function higher(one: BucketPeak, other: BucketPeak): BucketPeak {
  return one.allowed > 0 && one.level >= other.level ? one : other;
}
