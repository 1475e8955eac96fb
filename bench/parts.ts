/** The parts of the bench: what each measures, and the texts it makes for the page. */
import { capacityText } from "./capacity.ts";
import { fleetTable, measureFleet } from "./fleet.ts";
import { measureMemory, memoryTable } from "./memory.ts";
import { acceptCustomers, measureRate, type RatePlan, type RateRow, startStage, warmUp } from "./rates.ts";
import { measureScale, scaleTable } from "./scale.ts";
import { measureStarts } from "./starts.ts";
import { dutiesTable, rateTable, roundsNote, sdkTable } from "./tables.ts";
import { type KindName, KINDS } from "../tests/support/usual_requests.ts";

/** How much is measured, and where what was found so far is shown. */
export interface Extent {
  quick: boolean;
  say: (text: string) => Promise<void>;
}

/** Texts for the page, by the name of their place. */
export type Texts = ReadonlyMap<string, string>;

/** A part of the bench. */
export interface Part {
  /** The places of the page that it fills. */
  places: readonly string[];
  measure: (extent: Extent) => Promise<Texts>;
}

const CUSTOMERS = 100;
const MANY_CUSTOMERS = 1_000;
const CONCURRENCY = 32;
const QUICK_KINDS: readonly KindName[] = ["list", "ping", "listing", "read"];

/** Every kind of request in both eras, under the usual load. */
function mainPlans(quick: boolean): RatePlan[] {
  const kinds = Object.keys(KINDS).filter((name): name is KindName => name in KINDS);
  const plans = kinds.flatMap((kind) =>
    KINDS[kind].eras.map((era) => ({ kind, era, concurrency: CONCURRENCY, customers: CUSTOMERS }))
  );
  return quick ? plans.filter(({ kind, era }) => era === "2026" && QUICK_KINDS.includes(kind)) : plans;
}

/** Fewer and more requests at once, and fewer and more customers. */
function loadPlans(): RatePlan[] {
  const usual = { era: "2026", concurrency: CONCURRENCY, customers: CUSTOMERS } as const;
  const loads = (["list", "ping", "listing"] as const).flatMap((kind) =>
    [1, 256].map((concurrency) => ({ ...usual, kind, concurrency }))
  );
  const crowds = [1, CUSTOMERS, MANY_CUSTOMERS].map((customers) => ({ ...usual, kind: "listing" as const, customers }));
  return [...loads, ...crowds];
}

async function rates({ quick, say }: Extent): Promise<Texts> {
  await using stage = await startStage();
  for (const { url } of stage.ours.values()) {
    await acceptCustomers(new URL(`${url}/mcp`), quick ? CUSTOMERS : MANY_CUSTOMERS);
  }
  if (!quick) await warmUp(stage);
  const measured = async (plans: readonly RatePlan[], rounds: number) => {
    const rows: RateRow[] = [];
    for (const plan of plans) {
      rows.push(await measureRate(stage, plan, rounds));
      await say(rateTable(rows.slice(-1)).split("\n").at(-1) ?? "");
    }
    return rows;
  };
  const main = await measured(mainPlans(quick), quick ? 2 : 6);
  const loads = quick ? [] : await measured(loadPlans(), 5);
  const capacity = capacityText(main);
  return new Map([
    ["rates", `${rateTable(main)}\n\n${roundsNote(main)}`],
    ...(loads.length === 0 ? [] : [["loads", rateTable(loads)] as const]),
    ["duties", dutiesTable(main)],
    ["sdk", sdkTable(main)],
    ...(capacity === undefined ? [] : [["capacity", capacity] as const]),
  ]);
}

async function starts({ quick }: Extent): Promise<Texts> {
  return new Map([["starts", await measureStarts(quick ? 2 : 7)]]);
}

async function memory({ quick }: Extent): Promise<Texts> {
  const extent = quick
    ? { requests: 5_000, waiting: 100, customers: 500 }
    : { requests: 100_000, waiting: 1_000, customers: 10_000 };
  return new Map([["memory", memoryTable(await measureMemory(extent), extent)]]);
}

async function fleet({ quick }: Extent): Promise<Texts> {
  return new Map([["fleet", fleetTable(await measureFleet(quick ? [1, 25] : [1, 25, 100, 500]))]]);
}

async function scale({ quick }: Extent): Promise<Texts> {
  return new Map([["scale", scaleTable(await measureScale(quick ? 2 : 5))]]);
}

/** Every part, in the order in which it is measured. */
export const PARTS: Readonly<Record<string, Part>> = {
  rates: { places: ["rates", "loads", "duties", "sdk", "capacity"], measure: rates },
  starts: { places: ["starts"], measure: starts },
  memory: { places: ["memory"], measure: memory },
  fleet: { places: ["fleet"], measure: fleet },
  scale: { places: ["scale"], measure: scale },
};
