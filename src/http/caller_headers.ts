/** Reads all headers about the caller: credentials, bounds, and how to ask the person. */
import { isApprovalCode } from "../identity/approval_code.ts";
import { ToolError } from "../errors.ts";
import { type Bounds, narrow } from "../identity/bounds.ts";
import type { Identity, Wishes } from "../identity/caller.ts";
import {
  type Credential,
  credentialOf,
  type CredentialPart,
  isAccessToken,
  missingPart,
} from "../identity/credential.ts";
import type { CustomerIds } from "../identity/customer_id.ts";
import { parseToolsets, type Toolset } from "../identity/toolsets.ts";

const MAX_CREDENTIAL_CHARACTERS = 4096;
/** Each secret under both its names, and a token in each of the foreign headers, with one to spare. */
const MAX_VALUES = 7;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

interface PartHeaders {
  /** The header's name, and an alias. */
  names: readonly [string, string];
  secret: boolean;
}

/** The headers of each part of a credential. */
const PART_HEADERS: Readonly<Record<CredentialPart, PartHeaders>> = {
  email: { names: ["x-cloudways-email", "x-cw-email"], secret: false },
  apiKey: { names: ["x-cloudways-api-key", "x-cw-api-key"], secret: true },
  token: { names: ["x-cloudways-access-token", "x-access-token"], secret: true },
};

/**
 * Headers of other services that may carry an access token, for clients that can send no other names. Anything else in
 * them is ignored.
 */
const FOREIGN_HEADERS = ["authorization", "x-api-key"] as const;

/** The headers that carry credentials, for CORS. */
export const CREDENTIAL_HEADERS: readonly string[] = [
  ...Object.values(PART_HEADERS).flatMap(({ names }) => names),
  ...FOREIGN_HEADERS,
];

/** The headers of {@linkcode readWishes}, for CORS. */
export const WISH_HEADERS: readonly string[] = [
  "x-mcp-readonly",
  "x-mcp-toolsets",
  "x-mcp-tools",
  "x-mcp-exclude-tools",
  "x-mcp-list-toolsets",
  "x-mcp-servers",
  "x-mcp-approval-code",
  "x-mcp-confirm",
];

const SECRET_HEADERS = Object.values(PART_HEADERS).flatMap(({ names, secret }) => secret ? names : []);

const HOW_TO_SEND = "Credentials belong in the MCP client's configuration, as headers: x-cloudways-access-token, or " +
  "x-cloudways-email with x-cloudways-api-key. Tell the user; never ask for them in the conversation.";

/**
 * Reads the credentials of a request, in any of the accepted forms.
 *
 * @returns The customer; or the error `authentication_required` if there are no credentials, or `authentication_failed`
 * if they can't be right.
 */
export async function identify(headers: Headers, ids: Pick<CustomerIds, "of">): Promise<Identity> {
  try {
    const credential = readCredential(headers);
    return { kind: "customer", id: await ids.of(credential), credential };
  } catch (error) {
    if (error instanceof ToolError) return { kind: "none", error };
    throw error;
  }
}

/**
 * All possible secrets in the credential headers of a request, including headers that are not used. Values that are too
 * long, or more than seven, are left out: no answer repeats a header.
 */
export function sentSecrets(headers: Headers): string[] {
  const values = [...SECRET_HEADERS, ...FOREIGN_HEADERS].map((name) => valueOf(headers, name) ?? "");
  // A header sent twice arrives joined.
  const single = new Set(values.flatMap((value) => value.split(", ")));
  return [...single].filter((secret) => secret !== "" && secret.length <= MAX_CREDENTIAL_CHARACTERS)
    .slice(0, MAX_VALUES);
}

/**
 * Reads what a request asks for in headers of ours. `X-MCP-Readonly`, `X-MCP-Toolsets`, `X-MCP-Tools`,
 * `X-MCP-Exclude-Tools` and `X-MCP-Servers` only ever narrow what may be used; `X-MCP-List-Toolsets` chooses what of that
 * is listed.
 *
 * @param allowed What the process and the address allow.
 * @param isTool Whether there is a tool of this name.
 * @throws {RangeError} For an unknown value, since ignoring a misspelt restriction would be dangerous.
 */
export function readWishes(headers: Headers, allowed: Bounds, isTool: (name: string) => boolean): Wishes {
  const bounds = narrow(allowed, {
    readOnly: readReadOnly(headers),
    toolsets: readToolsets(headers, "X-MCP-Toolsets"),
    onlyTools: readTools(headers, "X-MCP-Tools", isTool),
    excludedTools: readTools(headers, "X-MCP-Exclude-Tools", isTool),
    listedToolsets: readToolsets(headers, "X-MCP-List-Toolsets"),
    servers: readServers(headers),
  });
  return {
    ...bounds,
    approvalCode: readApprovalCode(headers),
    confirmByPage: readConfirmByPage(headers),
  };
}

function readCredential(headers: Headers): Credential {
  const given: Record<CredentialPart, string | undefined> = {
    token: readPart(headers, "token"),
    apiKey: readPart(headers, "apiKey"),
    email: readPart(headers, "email"),
  };
  const credential = credentialOf(given);
  if (credential !== undefined) return credential;
  const lack = missingPart(given);
  if (lack !== undefined) throw required(`${PART_HEADERS[lack.missing].names[0]} is missing.`);
  const foreign = readForeign(headers);
  if (foreign === undefined) throw required("No Cloudways credentials came with this request.");
  return foreign;
}

/** For clients that can send no headers of ours. What is not a Cloudways access token is ignored. */
function readForeign(headers: Headers): Credential | undefined {
  const tokens = new Set<string>();
  for (const name of FOREIGN_HEADERS) {
    const token = valueOf(headers, name);
    if (token === undefined || !isAccessToken(token)) continue;
    checkValue(name, token);
    tokens.add(token);
  }
  if (tokens.size > 1) throw failed(`${FOREIGN_HEADERS.join(" and ")} came with different values.`);
  const [token] = tokens;
  return token === undefined ? undefined : credentialOf({ token });
}

/** What a header carries: of `Authorization`, the bearer token alone. */
function valueOf(headers: Headers, name: string): string | undefined {
  const value = headers.get(name) ?? undefined;
  return name === "authorization" ? /^Bearer +(.*)$/i.exec(value ?? "")?.[1] : value;
}

/** Reads one part, under its name or its alias. If both come, they must be equal. */
function readPart(headers: Headers, part: CredentialPart): string | undefined {
  const { names } = PART_HEADERS[part];
  const values = new Set<string>();
  for (const name of names) {
    const value = headers.get(name) ?? "";
    if (value === "") continue;
    checkValue(name, value);
    values.add(value);
  }
  if (values.size > 1) throw failed(`${names.join(" and ")} came with different values.`);
  return [...values][0];
}

/** Checks one value. A header sent twice arrives joined by a comma and a space, so it fails here too. */
function checkValue(name: string, value: string): void {
  if (value.length > MAX_CREDENTIAL_CHARACTERS) throw failed(`${name} is longer than 4 KiB.`);
  if (!VISIBLE_ASCII.test(value)) throw failed(`${name} was sent twice, or holds spaces or unusual characters.`);
}

function required(message: string): ToolError {
  return new ToolError("authentication_required", message, { hint: HOW_TO_SEND });
}

function failed(message: string): ToolError {
  return new ToolError("authentication_failed", `The credentials can't be right: ${message}`, { hint: HOW_TO_SEND });
}

function readReadOnly(headers: Headers): boolean {
  const word = headers.get("x-mcp-readonly")?.toLowerCase();
  if (word === undefined || word === "true" || word === "false") return word === "true";
  throw new RangeError("X-MCP-Readonly must be true or false, and come once.");
}

function readToolsets(headers: Headers, name: string): ReadonlySet<Toolset> | undefined {
  const names = readNames(headers, name);
  return names === undefined ? undefined : parseToolsets(names.join(","));
}

function readTools(
  headers: Headers,
  name: string,
  isTool: (toolName: string) => boolean,
): ReadonlySet<string> | undefined {
  const names = readNames(headers, name);
  const unknown = names?.find((toolName) => !isTool(toolName));
  if (unknown === undefined) return names && new Set(names);
  throw new RangeError(`${name} names the tool ${JSON.stringify(unknown.slice(0, 80))}, which does not exist.`);
}

const MAX_SERVERS = 100;
const SERVER_IDS = /^[1-9]\d{0,14}(,[1-9]\d{0,14})*$/;

/** The ids of the only servers that the caller may use. A header sent twice arrives joined, and is refused. */
function readServers(headers: Headers): ReadonlySet<number> | undefined {
  const text = headers.get("x-mcp-servers");
  if (text === null) return undefined;
  const ids = SERVER_IDS.test(text) ? text.split(",") : [];
  if (ids.length > 0 && ids.length <= MAX_SERVERS) return new Set(ids.map(Number));
  throw new RangeError(
    `X-MCP-Servers must be 1 to ${MAX_SERVERS} server ids separated by commas without spaces, and come once.`,
  );
}

/** The names in a header. One sent twice arrives joined by a comma and a space, and is refused. */
function readNames(headers: Headers, name: string): string[] | undefined {
  const text = headers.get(name);
  if (text === null) return undefined;
  if (/^[a-z_]+(,[a-z_]+)*$/.test(text)) return text.split(",");
  throw new RangeError(`${name} must be names separated by commas without spaces, and come once.`);
}

/** Reads the code that a person must type to approve. It must be possible to type it. */
function readApprovalCode(headers: Headers): string | undefined {
  const code = headers.get("x-mcp-approval-code");
  if (code === null) return undefined;
  if (isApprovalCode(code)) return code;
  throw new RangeError("X-MCP-Approval-Code must be 8 to 64 visible ASCII characters, and come once.");
}

/** `page` sends every question to the approval page, for clients that wrongly claim to show questions. */
function readConfirmByPage(headers: Headers): boolean {
  const where = headers.get("x-mcp-confirm");
  if (where === null || where === "page") return where !== null;
  throw new RangeError("X-MCP-Confirm must be page, and come once.");
}
