/** The findings in an answer: the worst in full, further ones in short lines, and how many don't fit at all. */
import { isWithin } from "../../../identity/bounds.ts";
import type { Caller } from "../../../identity/caller.ts";
import { namesOfServer } from "../../define/targets.ts";
import type { Finding } from "./finding.ts";
import { actingTool } from "./kinds.ts";
import { mayTellMore } from "./not_looked_at.ts";
import { sizeOf, Space } from "./space.ts";
import { hasUrgent, type JudgedApp, type JudgedServer } from "./verdicts.ts";

/** What a caller may use. */
export type CallerBounds = Pick<
  Caller,
  "readOnly" | "toolsets" | "onlyTools" | "excludedTools" | "listedToolsets"
>;

type Shown = Record<string, unknown>;

/** What of the findings is shown. */
export interface ShownFindings {
  full: Shown[];
  /** Findings as lines. */
  short: Shown[];
  /** Servers whose findings are not shown in full. */
  leftOut: JudgedServer[];
  /** Those among them that don't fit into an answer about several servers. */
  tooLarge: JudgedServer[];
  /** How many findings are not even in the lines. */
  notShown: number;
}

/** The share of the space for findings in full, where not all fit. */
const FULL_SHARE = 0.45;

/**
 * The findings as far as they fit: of urgent servers first, then of those that were looked at completely, so that a
 * call that goes on has fewer servers to look at.
 */
export function shownFindings(all: readonly JudgedServer[], caller: CallerBounds, space: Space): ShownFindings {
  const servers = all.filter(({ checked, apps }) =>
    [checked, ...apps.map((app) => app.checked)].some(({ findings }) => findings.length > 0)
  ).toSorted(urgentThenComplete);
  const views = servers.map((server) => ({ server, view: serverView(server, caller) }));
  const fitsWhole = space.has(views.map(({ view }) => view));
  const forFull = fitsWhole ? space : space.share(FULL_SHARE);
  const full = forFull.fittingAny(views, ({ view }) => view);
  const leftOut = views.filter((one) => !full.includes(one));
  const rest = space.without(sizeOf(full.map(({ view }) => view)));
  const lines = leftOut.map(({ server }) => shortView(server));
  const short = rest.fitting(lines);
  const notShown = leftOut.slice(short.length).reduce((sum, { server }) => sum + findingsOf(server), 0);
  return {
    full: full.map(({ view }) => view),
    short,
    leftOut: leftOut.map(({ server }) => server),
    tooLarge: leftOut.filter(({ view }) => !forFull.has([view])).map(({ server }) => server),
    notShown,
  };
}

function urgentThenComplete(a: JudgedServer, b: JudgedServer): number {
  const rank = (server: JudgedServer) => (hasUrgent(server) ? 2 : 0) + (mayTellMore(server) ? 0 : 1);
  return rank(b) - rank(a);
}

function findingsOf({ checked, apps }: JudgedServer): number {
  return [checked, ...apps.map((app) => app.checked)].reduce((sum, { findings }) => sum + findings.length, 0);
}

function badApps({ apps }: JudgedServer): JudgedApp[] {
  return apps.filter(({ checked }) => checked.findings.length > 0);
}

function serverView(server: JudgedServer, caller: CallerBounds): Shown {
  const apps = badApps(server).map(({ app, verdict, checked }) => ({
    app_id: app.id,
    app_label: app.label,
    verdict,
    findings: checked.findings.map((finding) => findingView(finding, caller)),
  }));
  const findings = server.checked.findings.map((finding) => findingView(finding, caller));
  return {
    ...namesOfServer(server.server),
    verdict: server.verdict,
    ...(findings.length > 0 && { findings }),
    ...(apps.length > 0 && { apps }),
  };
}

/** A finding with the tool that acts on it, if the caller may use that. */
function findingView({ arguments: args, needs = [], ...finding }: Finding, caller: CallerBounds): Shown {
  const tool = actingTool(finding.kind);
  const mayUse = tool !== undefined && isWithin(caller, tool) && (!caller.readOnly || tool.effect === "read");
  if (!mayUse) return finding;
  return { ...finding, tool: { name: tool.name, arguments: args, ...(needs.length > 0 && { needs }) } };
}

/** The most characters of a line. */
const MAX_LINE = 100;

function shortView(server: JudgedServer): Shown {
  const apps = badApps(server).flatMap(({ app, checked }) =>
    checked.findings.map((finding) => line([app.label, `(${app.id}):`, ...wordsOf(finding)]))
  );
  const own = server.checked.findings.map((finding) => line(wordsOf(finding)));
  const { server_id, server_label } = namesOfServer(server.server);
  return { server_id, server_label, verdict: server.verdict, findings: [...own, ...apps] };
}

/** Severity and kind, and what shows it. */
function wordsOf({ severity, kind, figure, unit, domains = [], ...more }: Finding): string[] {
  const measured = figure === undefined ? [] : [`${figure} ${unit ?? ""}`];
  const words = [more.status, more.platform, more.service, more.state, domains[0]].flatMap((word) => word ?? []);
  return [severity, kind, ...measured, ...words];
}

function line(words: readonly string[]): string {
  const text = words.join(" ");
  return text.length <= MAX_LINE ? text : `${text.slice(0, MAX_LINE - 1)}…`;
}
