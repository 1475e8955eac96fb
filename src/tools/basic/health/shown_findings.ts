/** The findings in an answer: the worst in full, further ones in short, and how many don't fit at all. */
import { type Bounds, isWithin } from "../../../identity/bounds.ts";
import { namesOfServer } from "../../define/targets.ts";
import type { Finding } from "./finding.ts";
import { type ActingTool, actingTool, type FindingKind } from "./kinds.ts";
import { type ShortFindings, ShortForms, ShortList, sizeAlone } from "./short_findings.ts";
import { sizeOf, type Space } from "./space.ts";
import type { JudgedApp, JudgedServer } from "./verdicts.ts";

type Shown = Record<string, unknown>;

/** What of the findings is shown. */
export interface ShownFindings {
  /** By server, worst first. */
  full: Shown[];
  /** Those of further servers, by kind. */
  short: ShortFindings[];
  /** Servers whose findings are not shown, together. */
  leftOut: JudgedServer[];
  /** Servers whose findings don't fit into an answer about several servers. */
  tooLarge: JudgedServer[];
  /** How many findings are not shown. */
  notShown: number;
}

/** The share of the space for findings in full, where not all fit. */
const FULL_SHARE = 0.4;
/** The share of the rest for servers with all of their findings. */
const WHOLE_SHARE = 0.8;

/** The findings of the servers as far as they fit, in the order of the servers. */
export function shownFindings(all: readonly JudgedServer[], caller: Bounds, space: Space): ShownFindings {
  const servers = all.filter((server) => findingsOf(server) > 0);
  const views = space.begun(servers.values().map((server) => serverView(server, caller)));
  const forFull = space.has(views) ? space : space.share(FULL_SHARE);
  const full = forFull.fitting(views);
  const forms = new ShortForms((kind) => usableTool(kind, caller)?.name);
  const room = space.without(sizeOf(full));
  const forWhole = room.share(WHOLE_SHARE).left;
  const list = new ShortList(forWhole, forms);
  const missing = servers.slice(full.length).filter((server) => !list.add(server));
  // Of a server that does not fit, what is wrong with itself is worth more than what is wrong with its applications.
  list.grow(room.left - forWhole);
  const ownShown = missing.map((server) => ({ ...server, apps: [] })).filter((server) => list.add(server));
  const [large, others] = partition(missing, (server) => sizeAlone(server, forms) > forWhole);
  return {
    full,
    short: list.groups(),
    leftOut: others,
    tooLarge: large,
    notShown: sumOf(missing) - sumOf(ownShown),
  };
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  const { first = [], others = [] } = Object.groupBy(all, (one) => isFirst(one) ? "first" : "others");
  return [first, others];
}

function sumOf(servers: readonly JudgedServer[]): number {
  return servers.reduce((sum, server) => sum + findingsOf(server), 0);
}

function findingsOf({ checked, apps }: JudgedServer): number {
  return [checked, ...apps.map((app) => app.checked)].reduce((sum, { findings }) => sum + findings.length, 0);
}

function badApps({ apps }: JudgedServer): JudgedApp[] {
  return apps.filter(({ checked }) => checked.findings.length > 0);
}

function serverView(server: JudgedServer, caller: Bounds): Shown {
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

/** A finding with the tool that acts on it. */
function findingView({ arguments: args, needs = [], ...finding }: Finding, caller: Bounds): Shown {
  const tool = usableTool(finding.kind, caller);
  if (tool === undefined) return finding;
  return { ...finding, tool: { name: tool.name, arguments: args, ...(needs.length > 0 && { needs }) } };
}

/** The tool that acts on a kind of finding, if the caller may use it. Each acts on one server or application. */
function usableTool(kind: FindingKind, caller: Bounds): ActingTool | undefined {
  const tool = actingTool(kind);
  const mayUse = tool !== undefined && isWithin(caller, { ...tool, accountWide: false }) &&
    (!caller.readOnly || tool.effect === "read");
  return mayUse ? tool : undefined;
}
