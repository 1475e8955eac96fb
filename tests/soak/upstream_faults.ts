/** Faults of Cloudways, one after the other, drawn from a seed. */
import type { Fault, FaultKind, Sandbox } from "../sandbox/mod.ts";
import type { Random } from "../sandbox/prng.ts";
import type { Ledger } from "./ledger.ts";

type MakeFault = (random: Random) => Omit<Fault, "kind"> & { kind: FaultKind };

const FAULTS: Readonly<Record<string, MakeFault>> = {
  "503": () => ({ kind: { status: 503 } }),
  "502 as a page": () => ({ kind: { status: 502, html: true } }),
  "500": () => ({ kind: { status: 500 } }),
  "503 after the effect": () => ({ kind: { status: 503 }, afterEffect: true }),
  "429": (random) => ({ kind: { status: 429, headers: { "Retry-After": String(random.between(1, 2)) } } }),
  delay: (random) => ({ kind: { delayMs: random.between(200, 3_000) } }),
  garbage: () => ({ kind: "garbage" }),
  greeting: () => ({ kind: "greeting" }),
  truncate: () => ({ kind: "truncate" }),
  drop: () => ({ kind: "drop" }),
  "drop after the effect": () => ({ kind: "drop", afterEffect: true }),
  redirect: () => ({ kind: { redirect: "http://127.0.0.1:9/" } }),
};

/** What the upstream faults need. */
export interface UpstreamFaultsParts {
  sandbox: Sandbox;
  random: Random;
  ledger: Ledger;
}

/** Sets faults until `isOver`, then removes those that no request met. */
export async function troubleUpstream(
  { sandbox, random, ledger }: UpstreamFaultsParts,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const draw = random.next();
    if (draw < 0.02) await storm(sandbox, ledger, random.between(500, 2_000));
    else if (draw < 0.05) set(sandbox, ledger, "hang", { kind: "hang", times: 1 });
    else {
      const name = random.pick(Object.keys(FAULTS));
      const fault = FAULTS[name]?.(random);
      if (fault !== undefined) set(sandbox, ledger, name, { ...fault, times: random.between(1, 6) });
    }
    await new Promise((resolve) => setTimeout(resolve, random.between(100, 1_200)));
  }
}

/** For a while no request succeeds, which opens the circuit breaker. */
async function storm(sandbox: Sandbox, ledger: Ledger, milliseconds: number): Promise<void> {
  const end = set(sandbox, ledger, "storm of 503", { kind: { status: 503 } });
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  end();
}

function set(sandbox: Sandbox, ledger: Ledger, name: string, fault: Fault): () => void {
  ledger.countFault(name);
  return sandbox.addFault(fault);
}
