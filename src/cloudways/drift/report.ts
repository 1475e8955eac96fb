/** Puts differences into words that hold no data of the account. */
import { type Difference, isGrave } from "./compare.ts";

/** Most differences of one reply that are named. */
const MAX_NAMED = 6;

/** A name that can be one of the API's. Others, such as domains and e-mail addresses, can only be data. */
const API_NAME = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;

/**
 * Collects the texts and numbers of replies. Where the API gives an object in which the names are data, such as labels,
 * a new member would show one of them; data that also stands elsewhere in a reply is recognised here.
 */
export class SeenValues {
  readonly #seen = new Set<string>();

  /** Adds every text and number of a reply, at any depth. */
  add(value: unknown): void {
    const waiting = [value];
    for (let next = waiting.pop(); next !== undefined || waiting.length > 0; next = waiting.pop()) {
      if (typeof next === "string" || typeof next === "number") this.#seen.add(String(next).toLowerCase());
      else if (typeof next === "object" && next !== null) waiting.push(...Object.values(next));
    }
  }

  /** Whether a member's name is that text. */
  has(name: string): boolean {
    return this.#seen.has(name.toLowerCase());
  }
}

/** One sentence for each difference, the gravest first; the rest is counted. */
export function describeDifferences(found: readonly Difference[], seen: SeenValues): string[] {
  const ordered = found.toSorted((a, b) => Number(isGrave(b.kind)) - Number(isGrave(a.kind)));
  const more = ordered.length - MAX_NAMED;
  return [
    ...ordered.slice(0, MAX_NAMED).map((one) => describe(one, seen)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

function describe({ path, name, kind, expected, found }: Difference, seen: SeenValues): string {
  const place = path === "" ? "the reply" : path;
  if (kind === "missing") return `${place} is missing (${expected})`;
  if (kind === "absent") return `${place} is nowhere (${expected})`;
  if (kind === "type") return `${place} is ${found}, not ${expected}`;
  const shown = API_NAME.test(name) && !seen.has(name) ? name : "a member whose name may be data";
  return `${place} has a new member: ${shown} (${found})`;
}
