/** How much of a machine so many customers take, worked out from what one request takes. */
import { EMBEDDED, type RateRow, REDIS } from "./rates.ts";
import { table } from "./tables.ts";

/** Of all customers, so many have an assistant at work in the busiest hour. */
const ACTIVE = 1 / 20;
/** Such an assistant makes a call every so many seconds. */
const SECONDS_BETWEEN_CALLS = 5;
/** Of its calls, so many ask Cloudways; the others are answered from what is kept. */
const ASKING = 1 / 2;
/** A core that is busier than this makes callers wait. */
const MOST_LOAD = 0.5;

const CUSTOMERS = [100, 1_000, 10_000, 100_000];

/** The table of the page; undefined if the rows it is made from were not measured. */
export function capacityText(rows: readonly RateRow[]): string | undefined {
  const cpuOf = (kind: string, store: string) =>
    rows.find((row) => row.kind === kind && row.era === "2026")?.servers.get(store)?.cpuMs;
  const mixOf = (store: string) => {
    const [kept, asked] = [cpuOf("listing", store), cpuOf("read", store)];
    return kept === undefined || asked === undefined ? undefined : kept * (1 - ASKING) + asked * ASKING;
  };
  const [embedded, redis] = [mixOf(EMBEDDED), mixOf(REDIS)];
  if (embedded === undefined || redis === undefined) return undefined;
  const lines = CUSTOMERS.map((customers) => {
    const perSecond = customers * ACTIVE / SECONDS_BETWEEN_CALLS;
    const cores = (cpuMs: number) => perSecond * cpuMs / 1000 / MOST_LOAD;
    const alone = cores(embedded);
    return [
      customers.toLocaleString("en"),
      perSecond.toLocaleString("en"),
      (perSecond * ASKING).toLocaleString("en"),
      alone <= 1 ? alone.toFixed(2) : "more than one",
      cores(redis).toFixed(2),
    ];
  });
  const head = ["customers", "calls per second", "of them to Cloudways", "cores, embedded", "cores, with Redis"];
  return `It is assumed that in the busiest hour one customer of ${
    1 / ACTIVE
  } has an assistant at work, that each makes ` +
    `a call every ${SECONDS_BETWEEN_CALLS} seconds, that half of the calls ask Cloudways, and that a core is at most ` +
    `half busy. One process uses about one core; the embedded store serves one process.\n\n${table(head, lines)}`;
}
