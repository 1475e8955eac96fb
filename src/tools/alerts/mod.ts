/** The tools for alerts: where they are sent, which were read, and what Copilot found. */
import type { Tool } from "../define/tool.ts";
import { channelsTools } from "./channels.ts";
import { copilotTools } from "./copilot.ts";
import { insightsTools } from "./insights.ts";
import { markTools } from "./mark.ts";

/** Every tool of this toolset. */
export const alertsTools: readonly Tool[] = [...markTools, ...channelsTools, ...insightsTools, ...copilotTools];
