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

/** A finding in short, and its characters in a list. */
interface Entry {
  target: Target;
  key: string;
  text: string;
  size: number;
}

type Target = Readonly<{ id: number; label: string }>;

/** What the findings of an answer are in short. The lists of one answer share it, so that each is made once. */
export class ShortForms {
  /** Findings about the listing are kept as long as the listing is, so their short forms are too. */
  static readonly #entries = new WeakMap<Finding, Entry>();
  readonly #heads = new Map<string, { head: ShortFindings; size: number }>();
  readonly #toolFor: (kind: FindingKind) => string | undefined;

  /** @param toolFor The tool that the caller may use for a kind of finding. */
  constructor(toolFor: (kind: FindingKind) => string | undefined) {
    this.#toolFor = toolFor;
  }

  /** The short form of a finding about a server or an application. */
  entryOf(target: Target, finding: Finding): Entry {
    const made = ShortForms.#entries.get(finding);
    if (made?.target === target) return made;
    const text = textOf(target, finding);
    const entry = { target, key: keyOf(finding), text, size: sizeOf(text) + FRAME };
    ShortForms.#entries.set(finding, entry);
    return entry;
  }

  /** What findings of one kind and severity have in common, by one of them. */
  headOf(finding: Finding): { head: ShortFindings; size: number } {
    const { severity, kind, unit, threshold } = finding;
    const name = `${keyOf(finding)} ${unit} ${threshold}`;
    const made = this.#heads.get(name);
    if (made !== undefined) return made;
    const tool = this.#toolFor(kind);
    const head = {
      severity,
      kind,
      ...(unit !== undefined && { unit }),
      ...(threshold !== undefined && { threshold }),
      ...(tool !== undefined && { tool }),
      on: [],
    };
    const fresh = { head, size: sizeOf(head) + FRAME };
    this.#heads.set(name, fresh);
    return fresh;
  }
}

/** The characters of all findings of a server and its applications in a list of their own. */
export function sizeAlone({ server, checked, apps }: JudgedServer, forms: ShortForms): number {
  const heads = new Map<string, Finding>();
  let size = 0;
  const count = (target: Target, findings: readonly Finding[]) => {
    for (const finding of findings) {
      const entry = forms.entryOf(target, finding);
      size += entry.size;
      heads.set(entry.key, finding);
    }
  };
  count(server, checked.findings);
  for (const { app, checked: { findings } } of apps) count(app, findings);
  for (const finding of heads.values()) size += forms.headOf(finding).size;
  return size;
}

/** Collects findings until the space is used up. */
export class ShortList {
  readonly #groups = new Map<string, ShortFindings>();
  readonly #forms: ShortForms;
  #left: number;

  constructor(space: number, forms: ShortForms) {
    this.#left = space;
    this.#forms = forms;
  }

  /** Allows for more characters. */
  grow(characters: number): void {
    this.#left += characters;
  }

  /** Adds all findings of a server and its applications, or none if they don't fit. */
  add({ server, checked, apps }: JudgedServer): boolean {
    const entries: Entry[] = [];
    const heads = new Map<string, Finding>();
    let size = 0;
    const collect = (target: Target, findings: readonly Finding[]) => {
      for (const finding of findings) {
        const entry = this.#forms.entryOf(target, finding);
        size += entry.size;
        if (size > this.#left) return false;
        entries.push(entry);
        if (!this.#groups.has(entry.key)) heads.set(entry.key, finding);
      }
      return true;
    };
    if (!collect(server, checked.findings)) return false;
    for (const { app, checked: { findings } } of apps) if (!collect(app, findings)) return false;
    for (const finding of heads.values()) size += this.#forms.headOf(finding).size;
    if (size > this.#left) return false;
    this.#left -= size;
    for (const [key, finding] of heads) this.#groups.set(key, { ...this.#forms.headOf(finding).head, on: [] });
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
}

function keyOf({ severity, kind }: Finding): string {
  return `${severity} ${kind}`;
}

/** `Blog (200002) blog.example.com` or `Production (100001) 1.5`. */
function textOf({ id, label }: Target, finding: Finding): string {
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
