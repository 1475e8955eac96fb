/** The tools for DNS: the add-on DNS Made Easy, and the record that a wildcard certificate needs. */
import type { Tool } from "../define/tool.ts";
import { addRecordsTools } from "./add_records.ts";
import { changeRecordsTools } from "./change_records.ts";
import { domainsTools } from "./domains.ts";
import { wildcardTools } from "./wildcard.ts";

/** Every tool of this toolset. */
export const dnsTools: readonly Tool[] = [...domainsTools, ...addRecordsTools, ...changeRecordsTools, ...wildcardTools];
