/** Tables in Markdown, and the places of docs/performance.md where they stand. */
import { DUTIES, EMBEDDED, type RateFigures, type RateRow, REDIS, SDK } from "./rates.ts";
import { KINDS } from "../tests/support/usual_requests.ts";
import type { Spread } from "./rounds.ts";

/** The page that holds the tables. */
export const PAGE = "docs/performance.md";

/** A table in Markdown; columns of figures are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => index < texts ? "---" : "---:")), ...rows.map(line)].join("\n");
}

/** A ratio with the two digits that mean something. */
export function ratio(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(value >= 0.1 ? 2 : 3);
}

/** A ratio with its range. */
export function spread({ median, min, max }: Spread): string {
  return `${ratio(median)} (${ratio(min)}–${ratio(max)})`;
}

/** Milliseconds of processor time. */
export function milliseconds(value: number): string {
  return value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

/** Bytes as megabytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`;
}

const NONE = "–";

/** The table of requests beside the floor. */
export function rateTable(rows: readonly RateRow[]): string {
  const head = [
    "request",
    "era",
    "at once",
    "customers",
    "embedded",
    "Redis",
    "CPU embedded",
    "CPU Redis",
    "CPU floor",
    "p50",
    "p99",
  ];
  return table(
    head,
    rows.map((row) => {
      const embedded = row.servers.get(EMBEDDED);
      const redis = row.servers.get(REDIS);
      const shown = (of: (figures: RateFigures) => string, figures = embedded) =>
        figures === undefined ? NONE : of(figures);
      return [
        KINDS[row.kind].name,
        row.era,
        String(row.concurrency),
        "anonymous" in KINDS[row.kind] ? NONE : String(row.customers),
        shown((own) => spread(own.ratio)),
        shown((own) => spread(own.ratio), redis),
        shown((own) => `${milliseconds(own.cpuMs)} ms`),
        shown((own) => `${milliseconds(own.cpuMs)} ms`, redis),
        shown((own) => `${milliseconds(own.floorCpuMs)} ms`),
        shown((own) => `${ratio(own.p50)} ×`),
        shown((own) => `${ratio(own.p99)} ×`),
      ];
    }),
    2,
  );
}

/** How our server compares with the SDK used plainly. */
export function sdkTable(rows: readonly RateRow[]): string {
  const lines = rows.flatMap((row) => {
    const [own, sdk] = [row.servers.get(EMBEDDED), row.servers.get(SDK)];
    if (own === undefined || sdk === undefined) return [];
    const times = `${ratio(own.ratio.median / sdk.ratio.median)} ×`;
    return [[KINDS[row.kind].name, row.era, times, `${milliseconds(sdk.cpuMs)} ms`]];
  });
  return table(["request", "era", "ours / the SDK", "CPU of the SDK"], lines, 2);
}

/** What a server reaches that has our duties and none of our checks. */
export function dutiesTable(rows: readonly RateRow[]): string {
  const lines = rows.flatMap((row) => {
    const [own, duties] = [row.servers.get(EMBEDDED), row.servers.get(DUTIES)];
    if (own === undefined || duties === undefined) return [];
    const share = ratio(own.ratio.median / duties.ratio.median);
    return [[KINDS[row.kind].name, row.era, spread(duties.ratio), share, `${milliseconds(duties.cpuMs)} ms`]];
  });
  return table(["request", "era", "the duties / the floor", "ours / the duties", "CPU of the duties"], lines, 2);
}

/** How reliable the rounds were. */
export function roundsNote(rows: readonly RateRow[]): string {
  const sum = (of: (row: RateRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const busiest = Math.max(...rows.map(({ driver }) => driver));
  const limited = rows.filter(({ driver }) => driver > 0.9).length;
  return `${sum(({ rounds }) => rounds)} rounds of one second, of which other programs disturbed ` +
    `${sum(({ disturbed }) => disturbed)}. The driver used at most ${(busiest * 100).toFixed(0)} % of its core` +
    (limited === 0 ? "." : `; in ${limited} rows more than 90 %, so there the floor may be higher.`);
}

/** Puts texts between their markers in the page. Throws if the page lacks a place. */
export async function writePage(parts: ReadonlyMap<string, string>): Promise<void> {
  let page = await Deno.readTextFile(PAGE);
  for (const [name, text] of parts) {
    const { from, to } = placeOf(name, page);
    page = `${page.slice(0, from)}\n\n${text}\n\n${page.slice(to)}`;
  }
  await Deno.writeTextFile(PAGE, page);
  await new Deno.Command("deno", { args: ["fmt", "--quiet", PAGE] }).output();
}

/** Throws if the page lacks one of these places. */
export async function checkPage(names: readonly string[]): Promise<void> {
  const page = await Deno.readTextFile(PAGE);
  for (const name of names) placeOf(name, page);
}

function placeOf(name: string, page: string): { from: number; to: number } {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- bench:${name} ends -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for ${name}.`);
  return { from: from + begin.length, to };
}
