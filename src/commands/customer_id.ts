import { ConfigError, parseConfig } from "../config.ts";
import { credentialText } from "../config/values.ts";
import { KeyRing } from "../crypto/key_ring.ts";
import { type Credential, credentialOf } from "../identity/credential.ts";
import { CustomerIds, shortCustomerId } from "../identity/customer_id.ts";

/** The text to print, and the exit code: 0 for an id, 1 if there is none. */
export interface CustomerIdReport {
  code: 0 | 1;
  text: string;
}

/** More than an e-mail and two keys. */
const MAX_BYTES = 16 * 1024;

const HOW = "Give an access token, or an e-mail and an API key on two lines, on standard input: customer-id < FILE";

/**
 * Says the customer id of credentials, as logs and audit records have it: the short form, and all of it.
 *
 * @param input The credentials. They are not shown, and no argument holds them, since others can see arguments.
 */
export async function customerId(
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
  environment: Readonly<Record<string, string>>,
): Promise<CustomerIdReport> {
  const ring = await ringFrom(environment);
  if (typeof ring === "string") return { code: 1, text: `${ring}\n` };
  const credential = credentialIn(await startOf(input));
  if (credential === undefined) return { code: 1, text: `${HOW}\n` };
  const id = await new CustomerIds(ring).of(credential);
  return { code: 0, text: `${shortCustomerId(id)}\n${id}\n` };
}

/** The keys of the server; what is wrong with them if they can't be used. */
async function ringFrom({ ENCRYPTION_KEY, CUSTOMER_ID_KEY }: Readonly<Record<string, string>>) {
  try {
    const { encryptionKeys, customerIdKey } = parseConfig({ ENCRYPTION_KEY, CUSTOMER_ID_KEY });
    const keys = encryptionKeys.length > 0 ? encryptionKeys : customerIdKey === undefined ? [] : [customerIdKey];
    if (keys.length === 0) return "Set the CUSTOMER_ID_KEY of the server, or its ENCRYPTION_KEY: ids are made with it.";
    return await KeyRing.create({ encryptionKeys: keys, ...(customerIdKey && { customerIdKey }) });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/** A token, or an e-mail and an API key; each may follow the name of its variable, as in a file of variables. */
function credentialIn(text: string): Credential | undefined {
  const lines = text.split("\n").map((line) => line.trim().replace(/^[A-Z_]+=/, "")).filter((line) => line !== "");
  const [first, second, ...more] = lines;
  if (first === undefined || more.length > 0 || !lines.every((line) => credentialText.safeParse(line).success)) {
    return undefined;
  }
  if (second === undefined) return first.includes("@") ? undefined : credentialOf({ token: first });
  const [email, apiKey] = first.includes("@") ? [first, second] : [second, first];
  return email.includes("@") ? credentialOf({ email, apiKey }) : undefined;
}

async function startOf(input: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of input) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_BYTES) return "";
  }
  return text;
}
