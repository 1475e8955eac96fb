/** Unexpected JSON: arbitrary, and almost right. */
import fc from "fast-check";

/** Names that mean something to JavaScript, to Cloudways or to MCP. */
const NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "valueOf",
  "toJSON",
  "then",
  "length",
  "",
  "id",
  "status",
  "message",
  "error",
  "operation",
  "operation_id",
  "servers",
  "apps",
  "data",
  "content",
  "parameters",
  "method",
  "params",
  "name",
  "arguments",
  "jsonrpc",
  "_meta",
  "header",
  "body",
] as const;

/** A placeholder in a JSON value for nesting deeper than any recursion; {@linkcode toText} writes it. */
const DEEP = "@deep@";
const DEPTH = 20_000;

const TEXTS = [
  "",
  "0",
  "-1",
  "1e999",
  "9".repeat(400),
  "null",
  "true",
  "[object Object]",
  "{}",
  "[]",
  '{"id":1}',
  "0000-00-00 00:00:00",
  "2026-01-01 00:00:00",
  "\u0000",
  "\u202e",
  "\ud800",
  "é",
  "a".repeat(5000),
  "../../server",
  "%2e%2e%2f",
  "<script>alert(1)</script>",
  "-----BEGIN PRIVATE KEY-----",
  "cw_" + "x".repeat(40),
  "https://user:word@example.com/?token=1",
  DEEP,
] as const;

const NUMBERS = [0, -0, -1, 1.5, 1e21, 1e308, 5e-324, 2 ** 53, -(2 ** 53), 100001, 200001, 8.64e12 + 1] as const;

/** A text of any kind. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ maxLength: 20 }),
);

const anyName = fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 8 }));

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  fc.constantFrom(...NUMBERS),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<unknown>({ toString: 0, valueOf: 0 }, { toString: null }, { toJSON: 1 }, { then: 1 }, { length: -1 }),
);

/** Any JSON value. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(anyName, tie("value"), { maxKeys: 5 }),
  ),
})).value;

/** One change to a JSON value. */
export interface Mutation {
  /** Which of its places. */
  at: number;
  kind: "replace" | "remove" | "add" | "rename" | "repeat" | "wrap" | "type";
  name: string;
  value: unknown;
}

/** One change of any kind. */
export const anyMutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat({ max: 5000 }),
  kind: fc.constantFrom("replace", "remove", "add", "rename", "repeat", "wrap", "type"),
  name: anyName,
  value: anyJson,
});

interface Place {
  holder: Map<string, unknown> | unknown[];
  key: string | number;
}

/** A copy of a value with changes made to it, one after the other. */
export function mutate(value: unknown, mutations: readonly Mutation[]): unknown {
  return mutations.reduce<unknown>((whole, mutation) => {
    const root = [toMaps(whole)];
    const places: Place[] = [];
    collect(root, places);
    const place = places[mutation.at % places.length];
    if (place !== undefined) apply(place, mutation);
    return fromMaps(root[0]);
  }, value);
}

/** JSON text, nesting too deep for a value included. */
export function toText(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  if (!text.includes(DEEP)) return text;
  return text.replaceAll(/"@deep@"(?!:)/g, "[".repeat(DEPTH) + "]".repeat(DEPTH));
}

/** Maps keep every name as it is, `__proto__` too. */
function toMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toMaps);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([name, item]) => [name, toMaps(item)]));
}

function fromMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromMaps);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([name, item]) => [String(name), fromMaps(item)]));
}

function collect(holder: Place["holder"], places: Place[]): void {
  const entries: [string | number, unknown][] = Array.isArray(holder) ? [...holder.entries()] : [...holder.entries()];
  for (const [key, item] of entries) {
    places.push({ holder, key });
    if (Array.isArray(item) || item instanceof Map) collect(item, places);
  }
}

function apply({ holder, key }: Place, { kind, name, value }: Mutation): void {
  const present = Array.isArray(holder) ? holder[Number(key)] : holder.get(String(key));
  const put = (fresh: unknown) => {
    if (Array.isArray(holder)) holder[Number(key)] = fresh;
    else holder.set(String(key), fresh);
  };
  if (kind === "replace") return put(toMaps(value));
  if (kind === "wrap") return put(name.length % 2 === 0 ? [present] : new Map([[name, present]]));
  if (kind === "type") return put(otherType(present));
  if (kind === "add" && present instanceof Map) return void present.set(name, toMaps(value));
  if (kind === "add" && Array.isArray(present)) return void present.push(toMaps(value));
  if (kind === "repeat" && Array.isArray(present)) {
    return void present.push(...Array.from({ length: 50 }, () => present[0]));
  }
  if (Array.isArray(holder)) return kind === "remove" ? void holder.splice(Number(key), 1) : put(toMaps(value));
  holder.delete(String(key));
  if (kind === "rename") holder.set(name, present);
}

/** As PHP may write it. */
function otherType(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return value !== "" && !Number.isNaN(Number(value)) ? Number(value) : [value];
  if (Array.isArray(value)) return new Map(value.map((item: unknown, index) => [String(index), item]));
  return value instanceof Map ? [...value.values()] : {};
}
