/** Messages that are nearly plain requests: written as text, so that they can hold what no program writes. */
import fc from "fast-check";

/** JSON as it is written: an object as its members, in which a name may stand twice, or any other value as its text. */
export type Written = string | Members;

/** The members of an object as they are written. */
export type Members = readonly (readonly [name: string, value: Written])[];

/** One change of a message: a member of one of its objects is set, written twice or left out. */
export interface Edit {
  /** The names that lead to the object. */
  path: readonly string[];
  name: string;
  /** As written; undefined leaves the member out. */
  value: string | undefined;
  /** The member is added though there is one. */
  twice?: boolean;
}

/** One request as it is sent. */
export interface Sent {
  body: string;
  headers: Record<string, string>;
}

/** Writes a value that holds nothing odd. */
export function written(value: unknown): Written {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value).map(([name, member]) => [name, written(member)] as const);
}

/** The text of a message. */
export function textOf(value: Written): string {
  if (typeof value === "string") return value;
  return `{${value.map(([name, member]) => `${JSON.stringify(name)}:${textOf(member)}`).join(",")}}`;
}

/** The message with a change; the same where there is no such object. */
export function edited(value: Written, { path, name, value: member, twice = false }: Edit): Written {
  if (typeof value === "string") return value;
  const [first, ...rest] = path;
  if (first !== undefined) {
    return value.map((
      [own, inner],
    ) => [own, own === first ? edited(inner, { path: rest, name, value: member, twice }) : inner]);
  }
  const others = twice ? value : value.filter(([own]) => own !== name);
  return member === undefined ? others : [...others, [name, member]];
}

/** The names that lead to each object of a message, itself first. */
export function objectsIn(value: Written): string[][] {
  if (typeof value === "string") return [];
  return [[], ...value.flatMap(([name, member]) => objectsIn(member).map((path) => [name, ...path]))];
}

/** The names of the members of the object at a path. */
export function namesAt(value: Written, path: readonly string[]): string[] {
  if (typeof value === "string") return [];
  const [first, ...rest] = path;
  if (first === undefined) return value.map(([name]) => name);
  return value.flatMap(([name, member]) => name === first ? namesAt(member, rest) : []);
}

/** Values that a member may have instead of its own. */
export const ODD_VALUES: readonly string[] = [
  "null",
  "true",
  "0",
  "-0",
  "-1",
  "1.5",
  "1e999",
  "9007199254740991",
  "9007199254740993",
  '""',
  '"a"',
  '"\\u200b\\u00e9\\ud83d\\ude00"',
  '"\\ud800"',
  '"\\"},\\"id\\":9"',
  JSON.stringify("x".repeat(300)),
  "[]",
  "[1]",
  "{}",
  '{"a":{}}',
  '{"a":1e999}',
  '{"__proto__":{"name":"x"}}',
  '{"form":{}}',
  '{"listChanged":1}',
  '"2.0"',
  '"1.0"',
  '"2026-07-28"',
  '"2025-06-18"',
  '"1999-01-01"',
  '"tools/list"',
  '"tools/call"',
  '"ping"',
  '"list_servers"',
  '"restart_server"',
];

/** Names that no plain request has, and those that some have. */
export const ODD_NAMES: readonly string[] = [
  "x",
  "__proto__",
  "constructor",
  "result",
  "error",
  "id",
  "params",
  "_meta",
  "cursor",
  "uri",
  "name",
  "arguments",
  "task",
  "inputResponses",
  "requestState",
  "progressToken",
  "io.modelcontextprotocol/protocolVersion",
  "io.modelcontextprotocol/clientInfo",
  "io.modelcontextprotocol/clientCapabilities",
  "io.modelcontextprotocol/logLevel",
  "io.modelcontextprotocol/related-task",
  "com.example/trace",
  "icons",
  "title",
  "elicitation",
  "sampling",
  "roots",
  "experimental",
  "extensions",
  "tasks",
  "server_id",
];

/** What headers may say instead of the truth. */
export const ODD_HEADERS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  "mcp-protocol-version": [
    undefined,
    "2026-07-28",
    "2025-11-25",
    "2025-06-18",
    "2025-03-26",
    "2024-11-05",
    "2024-10-07",
    "2027-01-01",
    "2025-06-18, 2025-06-18",
    "",
    "abc",
  ],
  "mcp-method": [undefined, "tools/list", "tools/call", "TOOLS/LIST", "ping", "=?base64?dG9vbHMvbGlzdA==?=", ""],
  "mcp-name": [undefined, "ping", "list_servers", "=?base64?cGluZw==?=", "=?base64?%?=", ""],
  "mcp-session-id": [undefined, "v1.e30.00", ""],
  "accept": [
    undefined,
    "*/*",
    "application/json",
    "text/event-stream",
    "application/json;q=0, text/event-stream",
    "text/event-stream, application/json",
  ],
  "x-mcp-readonly": ["true"],
  "x-mcp-toolsets": ["servers", "nowhere"],
  "x-mcp-tools": ["ping,list_servers"],
  "x-mcp-exclude-tools": ["ping"],
  "x-mcp-list-toolsets": ["basic", "basic,dns"],
  "x-mcp-servers": ["100001"],
  "x-cloudways-access-token": [undefined, "cw_unknown_0123456789"],
};

/** A request with a few changes of its message and its headers, in all combinations. */
export function nearlyPlain(
  bases: readonly { message: Written; headers: Record<string, string> }[],
): fc.Arbitrary<Sent> {
  const header = fc.constantFrom(
    ...Object.entries(ODD_HEADERS).flatMap(([name, values]) => values.map((value) => [name, value] as const)),
  );
  return fc.constantFrom(...bases).chain(({ message, headers }) =>
    fc.record({
      edits: fc.array(editOf(message), { maxLength: 3 }),
      headers: fc.array(header, { maxLength: 2 }),
    }).map(({ edits, headers: changed }) => ({
      body: textOf(edits.reduce<Written>((text, edit) => edited(text, edit), message)),
      headers: changed.reduce((all, [name, value]) => withHeader(all, name, value), headers),
    }))
  );
}

function editOf(message: Written): fc.Arbitrary<Edit> {
  return fc.constantFrom(...objectsIn(message)).chain((path) =>
    fc.record({
      path: fc.constant(path),
      name: fc.constantFrom(...namesAt(message, path), ...ODD_NAMES),
      value: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(undefined, ...ODD_VALUES) },
        { weight: 1, arbitrary: fc.json() },
      ),
      twice: fc.boolean(),
    })
  );
}

/** Headers with one of them set, or left out. */
export function withHeader(
  headers: Record<string, string>,
  name: string,
  value: string | undefined,
): Record<string, string> {
  const { [name]: _own, ...others } = headers;
  return value === undefined ? others : { ...others, [name]: value };
}
