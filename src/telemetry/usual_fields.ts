/**
 * The fields of the lines of every request. Their names say nothing of a secret, and their values are texts or counts:
 * neither a field's name nor its neighbours say anything of its value.
 */

/** One of these fields. */
export class UsualField {
  /** Its place among them. */
  readonly index: number;
  /** A bit of its own. */
  readonly bit: number;
  /** What stands before its value in a line of JSON. */
  readonly label: string;
  /** Whether its values come again and again. Others are ids, of which each request has new ones. */
  readonly repeats: boolean;

  constructor(name: string, index: number) {
    this.index = index;
    this.bit = 1 << index;
    this.label = `,"${name}":`;
    this.repeats = !["request_id", "customer"].includes(name);
  }
}

const NAMES = [
  "request_id",
  "customer",
  "connection",
  "client",
  "method",
  "route",
  "status",
  "milliseconds",
  "mcp_method",
  "tool",
  "outcome",
  "operation",
  "limited_by",
];

/** These fields by name. */
export const USUAL_FIELDS: ReadonlyMap<string, UsualField> = new Map(
  NAMES.map((name, index) => [name, new UsualField(name, index)]),
);

/** A number too short for a secret: a status, or a time in milliseconds. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 100_000;
}
