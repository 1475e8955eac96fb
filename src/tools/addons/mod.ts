/** The tools for add-ons, which Cloudways bills, and for the domains that mail is sent from. */
import type { Tool } from "../define/tool.ts";
import { emailDomainsTools } from "./email_domains.ts";
import { listTools } from "./list.ts";
import { ordersTools } from "./orders.ts";
import { placesTools } from "./places.ts";

/** Every tool of this toolset. */
export const addonsTools: readonly Tool[] = [...listTools, ...ordersTools, ...placesTools, ...emailDomainsTools];
