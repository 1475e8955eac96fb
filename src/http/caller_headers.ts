import type { Customer } from "../identity/caller.ts";
import { type Credential, credentialOf, type CustomerIds, isAccessToken } from "../identity/customer_id.ts";
import { ToolError } from "../errors.ts";

const MAX_CREDENTIAL_CHARACTERS = 4096;
/** Each kind in both its spellings, and a bearer token, with one to spare. */
const MAX_VALUES = 6;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

const EMAIL = ["x-cloudways-email", "x-cw-email"] as const;
const API_KEY = ["x-cloudways-api-key", "x-cw-api-key"] as const;
const ACCESS_TOKEN = ["x-cloudways-access-token", "x-access-token"] as const;

/** The headers that carry credentials, for CORS. */
export const CREDENTIAL_HEADERS: readonly string[] = [...EMAIL, ...API_KEY, ...ACCESS_TOKEN, "authorization"];

const HOW_TO_SEND = "Credentials belong in the MCP client's configuration, as headers: x-cloudways-access-token, or " +
  "x-cloudways-email with x-cloudways-api-key. Tell the user; never ask for them in the conversation.";

/**
 * Reads the credentials of a request, in whichever of the accepted forms they came.
 *
 * @returns The customer, or `authentication_required` where none came, or `authentication_failed` where they can't be
 * right.
 */
export async function identify(headers: Headers, ids: CustomerIds): Promise<Customer | ToolError> {
  const credential = readCredential(headers);
  if (credential instanceof ToolError) return credential;
  return { id: await ids.of(credential), credential };
}

/**
 * What among the credentials of a request may be a secret, those too that don't count. What is too long for one, or
 * comes with too many others, is none: nothing that we say repeats a header.
 */
export function sentSecrets(headers: Headers): string[] {
  const values = [...ACCESS_TOKEN, ...API_KEY].map((name) => headers.get(name) ?? "");
  // A header sent twice arrives joined.
  const single = [...values, bearerOf(headers) ?? ""].flatMap((value) => value.split(", "));
  return [...new Set(single)].filter((secret) => secret !== "" && secret.length <= MAX_CREDENTIAL_CHARACTERS)
    .slice(0, MAX_VALUES);
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer +(.*)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

function readCredential(headers: Headers): Credential | ToolError {
  const token = readHeader(headers, ACCESS_TOKEN);
  const apiKey = readHeader(headers, API_KEY);
  const email = readHeader(headers, EMAIL);
  if (token instanceof ToolError) return token;
  if (apiKey instanceof ToolError) return apiKey;
  if (email instanceof ToolError) return email;
  const credential = credentialOf({ token, email, apiKey });
  if (credential !== undefined) return credential;
  if (apiKey !== undefined || email !== undefined) return required(`${apiKey ? EMAIL[0] : API_KEY[0]} is missing.`);
  return readBearer(headers) ?? required("No Cloudways credentials came with this request.");
}

/** Clients that can send nothing else put a Cloudways token here; any other bearer token is not ours to read. */
function readBearer(headers: Headers): Credential | ToolError | undefined {
  const token = bearerOf(headers);
  if (token === undefined || !isAccessToken(token)) return undefined;
  return checkValue("authorization", token) ?? { kind: "access_token", token };
}

/** One credential under its name or its alias; both may come as long as they say the same. */
function readHeader(headers: Headers, names: readonly string[]): string | ToolError | undefined {
  const values = names.map((name) => ({ name, value: headers.get(name) ?? "" })).filter(({ value }) => value !== "");
  for (const { name, value } of values) {
    const problem = checkValue(name, value);
    if (problem !== undefined) return problem;
  }
  if (new Set(values.map(({ value }) => value)).size > 1) {
    return failed(`${names.join(" and ")} came with different values.`);
  }
  return values[0]?.value;
}

/** A header sent twice arrives joined by a comma and a space, and so fails here too. */
function checkValue(name: string, value: string): ToolError | undefined {
  if (value.length > MAX_CREDENTIAL_CHARACTERS) return failed(`${name} is longer than 4 KiB.`);
  if (!VISIBLE_ASCII.test(value)) return failed(`${name} was sent twice, or holds spaces or unusual characters.`);
  return undefined;
}

function required(message: string): ToolError {
  return new ToolError("authentication_required", message, { hint: HOW_TO_SEND });
}

function failed(message: string): ToolError {
  return new ToolError("authentication_failed", `The credentials can't be right: ${message}`, { hint: HOW_TO_SEND });
}
