/** Reads the answers of a health check. */
import * as z from "zod";
import { TOKEN_HEADERS } from "./clients.ts";
import type { Service } from "./harness.ts";
import { callTool } from "./rpc.ts";

const finding = z.looseObject({
  severity: z.enum(["urgent", "attention"]),
  kind: z.string(),
  tool: z.strictObject({
    name: z.string(),
    arguments: z.record(z.string(), z.unknown()),
    needs: z.array(z.string()).default([]),
  }).optional(),
});
const counts = z.strictObject({ ok: z.int(), attention: z.int(), urgent: z.int(), unknown: z.int() });
const missing = z.looseObject({
  reason: z.string(),
  checks: z.array(z.string()),
  server_ids: z.array(z.int()).default([]),
  app_ids: z.array(z.int()).default([]),
});
const verdict = z.enum(["urgent", "attention", "unknown", "ok"]);

const healthAnswer = z.looseObject({
  checked_at: z.iso.datetime(),
  servers: counts,
  apps: counts,
  findings: z.array(z.looseObject({
    server_id: z.int(),
    server_label: z.string(),
    verdict,
    findings: z.array(finding).default([]),
    apps: z.array(z.looseObject({ app_id: z.int(), app_label: z.string(), verdict, findings: z.array(finding) }))
      .default([]),
  })),
  further_findings: z.array(z.strictObject({
    severity: z.enum(["urgent", "attention"]),
    kind: z.string(),
    unit: z.string().optional(),
    threshold: z.number().optional(),
    tool: z.string().optional(),
    on: z.array(z.string()),
  })).default([]),
  reported_alerts: z.array(z.looseObject({ subject: z.string(), count: z.int() })),
  ok: z.array(z.looseObject({ server_id: z.int(), server_is_ok: z.boolean(), apps: z.array(z.string()) })),
  not_looked_at: z.array(missing),
  next_step: z.string().optional(),
  next_calls: z.array(z.record(z.string(), z.unknown())).default([]),
});

/** A parsed answer. */
export type HealthAnswer = z.output<typeof healthAnswer>;
/** A finding in it. */
export type ShownFinding = z.output<typeof finding>;

/** Asks for the health of an account. */
export async function healthOf(
  service: Service,
  args: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<HealthAnswer> {
  return (await sizedHealthOf(service, args, headers)).answer;
}

/** The same, with the characters of the answer. */
export async function sizedHealthOf(
  service: Service,
  args: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<{ answer: HealthAnswer; characters: number }> {
  const { json } = await callTool(service.mcpUrl, "get_account_health", args, { ...TOKEN_HEADERS, ...headers });
  return { answer: healthAnswer.parse(json), characters: JSON.stringify(json).length };
}

/** The findings that are shown in full, by the id of their server or application. */
export function findingsOf({ findings }: HealthAnswer): Map<number, ShownFinding[]> {
  return new Map(findings.flatMap(({ server_id, findings: ofServer, apps }): [number, ShownFinding[]][] => [
    [server_id, ofServer],
    ...apps.map(({ app_id, findings: ofApp }): [number, ShownFinding[]] => [app_id, ofApp]),
  ]));
}

/** Every finding, in full or in short, as its id and kind. */
export function idsAndKinds(answer: HealthAnswer): string[] {
  const full = [...findingsOf(answer)].flatMap(([id, findings]) => findings.map(({ kind }) => `${id} ${kind}`));
  const short = answer.further_findings.flatMap(({ kind, on }) =>
    on.map((text) => `${/\((\d+)\)/.exec(text)?.[1]} ${kind}`)
  );
  return [...full, ...short];
}

/** Every finding that is shown in full. */
export function allFindings(answer: HealthAnswer): ShownFinding[] {
  return [...findingsOf(answer).values()].flat();
}
