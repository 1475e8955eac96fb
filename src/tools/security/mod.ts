/** The security tools: who may connect, certificates, and deployment by Git. */
import type { Tool } from "../define/tool.ts";
import { addressesTools } from "./addresses.ts";
import { certificatesTools } from "./certificates.ts";
import { gitTools } from "./git.ts";
import { letsEncryptTools } from "./lets_encrypt.ts";
import { whitelistsTools } from "./whitelists.ts";

/** Every tool of this toolset. */
export const securityTools: readonly Tool[] = [
  ...whitelistsTools,
  ...addressesTools,
  ...certificatesTools,
  ...letsEncryptTools,
  ...gitTools,
];
