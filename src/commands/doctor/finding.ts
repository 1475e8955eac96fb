/** The result of one check. */
export interface Finding {
  name: string;
  ok: boolean;
  /** Everything works, but the operator should know this. */
  warning?: boolean;
  /** What was found, or what is wrong and how to fix it. Contains no secret. */
  message: string;
}

/** The findings as text, one on each line, and whether all are ok. `quiet` leaves out what is well. */
export function report(
  findings: readonly Finding[],
  { quiet = false }: { quiet?: boolean } = {},
): { text: string; ok: boolean } {
  const mark = ({ ok, warning = false }: Finding) => !ok ? "FAIL" : warning ? "warn" : "ok  ";
  const shown = findings.filter(({ ok, warning = false }) => !quiet || !ok || warning);
  const lines = shown.map((finding) => `${mark(finding)}  ${finding.name}: ${finding.message}\n`);
  return { text: lines.join(""), ok: findings.every(({ ok }) => ok) };
}

/** Something that is well. */
export function fine(name: string, message: string): Finding {
  return { name, ok: true, message };
}

/** Something that works, and that the operator should know. */
export function warning(name: string, message: string): Finding {
  return { name, ok: true, warning: true, message };
}

/** Something that does not work. */
export function failure(name: string, message: string): Finding {
  return { name, ok: false, message };
}
