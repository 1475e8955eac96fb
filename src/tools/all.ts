import { appsTools } from "./apps.ts";
import { basicTools } from "./basic.ts";
import { securityTools } from "./security.ts";
import { serversTools } from "./servers.ts";
import type { Tool } from "./define/tool.ts";

/** Every tool there is. */
export const allTools: readonly Tool[] = [...basicTools, ...serversTools, ...appsTools, ...securityTools];
