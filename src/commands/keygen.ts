import { generateKey } from "../crypto/keys.ts";

/** Two fresh keys, as lines for an environment file. */
export function keygen(): string {
  return `ENCRYPTION_KEY=${generateKey()}\nCUSTOMER_ID_KEY=${generateKey()}\n`;
}
