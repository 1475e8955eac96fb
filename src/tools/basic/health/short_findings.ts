/** Findings in a few characters each: those of one kind and severity together, whatever they are on. */
import type { Severity } from "../../../config/health_thresholds.ts";
import type { Finding } from "./finding.ts";
import type { FindingKind } from "./kinds.ts";
import { sizeOf } from "./space.ts";
import type { JudgedServer } from "./verdicts.ts";

/** Findings of one kind and severity. */
export type ShortFindings = {
  severity: Severity;
  kind: FindingKind;
  unit?: string;
  threshold?: number;
  /** The tool that acts on them. */
  tool?: string;
  /** The label and id of each server or application, and the evidence. */
  on: string[];
};

/** The most characters of a label, and of a piece of evidence. */
const MAX_WORD = 40;
/** Characters around an entry of a list. */
const FRAME = 3;

/** Collects findings until the space is used up. */
export class ShortList {
  readonly #groups = new Map<string, ShortFindings>();
  readonly #toolFor: (kind: FindingKind) => string | undefined;
  #left: number;

  /** @param toolFor The tool that the caller may use for a kind of finding. */
  constructor(space: number, toolFor: (kind: FindingKind) => string | undefined) {
    this.#left = space;
    this.#toolFor = toolFor;
  }

  /** Allows for more characters. */
  grow(characters: number): void {
    this.#left += characters;
  }

  /** Adds all findings of a server and its applications, or none if they don't fit. */
  add({ server, checked, apps }: JudgedServer): boolean {
    const all = [{ target: server, checked }, ...apps.map((one) => ({ target: one.app, checked: one.checked }))];
    const entries: { key: string; text: string }[] = [];
    const kinds = new Map<string, Finding>();
    let size = 0;
    for (const { target, checked: { findings } } of all) {
      for (const finding of findings) {
        const [key, text] = [keyOf(finding), entryOf(target, finding)];
        size += sizeOf(text) + FRAME;
        if (size > this.#left) return false;
        entries.push({ key, text });
        kinds.set(key, finding);
      }
    }
    const fresh = [...kinds].filter(([key]) => !this.#groups.has(key));
    const heads = fresh.map(([key, finding]) => [key, this.#headOf(finding)] as const);
    for (const [, head] of heads) size += sizeOf(head) + FRAME;
    if (size > this.#left) return false;
    this.#left -= size;
    for (const [key, head] of heads) this.#groups.set(key, head);
    for (const { key, text } of entries) this.#groups.get(key)?.on.push(text);
    return true;
  }

  /** What was added; urgent findings first. */
  groups(): ShortFindings[] {
    const groups = [...this.#groups.values()];
    return [
      ...groups.filter(({ severity }) => severity === "urgent"),
      ...groups.filter(({ severity }) => severity !== "urgent"),
    ];
  }

  #headOf({ severity, kind, unit, threshold }: Finding): ShortFindings {
    const tool = this.#toolFor(kind);
    return {
      severity,
      kind,
      ...(unit !== undefined && { unit }),
      ...(threshold !== undefined && { threshold }),
      ...(tool !== undefined && { tool }),
      on: [],
    };
  }
}

function keyOf({ severity, kind }: Finding): string {
  return `${severity} ${kind}`;
}

/** `Blog (200002) blog.example.com` or `Production (100001) 1.5`. */
function entryOf({ id, label }: { id: number; label: string }, finding: Finding): string {
  const { figure, status, platform, service, state, domains = [], more_domains_count = 0 } = finding;
  let entry = `${short(label)} (${id})`;
  for (const word of [figure, status, platform, service, state, domains[0]]) {
    if (word !== undefined) entry += ` ${short(String(word))}`;
  }
  const more = domains.length - 1 + more_domains_count;
  return more > 0 ? `${entry} and ${more} more` : entry;
}

function short(text: string): string {
  return text.length <= MAX_WORD ? text : `${text.slice(0, MAX_WORD - 1)}…`;
}
