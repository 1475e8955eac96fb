/** When Cloudways may do maintenance on a server. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseObject, numberOrNull, statedText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { serverInput } from "../define/inputs.ts";
import { makeChange } from "../define/planned_change.ts";
import { onServer, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineTool, defineWriteTool, type Tool } from "../define/tool.ts";
import type { ChangedState } from "../define/undo.ts";
import { anyReply, AS_IT_CAME, replyOutput } from "../define/undocumented.ts";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

const ZONE = "Cloudways does not say in which time zone.";

interface Window {
  day: string | null;
  hour: number | null;
}

const windowReply = z.looseObject({
  maintenance_settings: looseObject({
    day: statedText.catch(null),
    hour: z.unknown().optional().transform(numberOrNull),
  }),
});

async function readWindow(account: CloudwaysAccount, serverId: number): Promise<Window> {
  const { maintenance_settings: { day, hour } } = await account.read({
    operation: "server_maintenance_window_get",
    path: path`/server/manage/getMaintenanceWinSettings`,
    reply: windowReply,
    query: { server_id: serverId },
  });
  return { day, hour };
}

const windowOutput = { day: z.string().nullable(), hour: z.number().nullable() };

const getMaintenanceWindow = defineTool({
  name: "get_maintenance_window",
  title: "Maintenance window",
  toolset: "server_config",
  effect: "read",
  description: `Shows the day and hour in which Cloudways may do maintenance on a server. ${ZONE}`,
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, ...windowOutput }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    return { ...namesOfServer(server), ...await readWindow(account, server.id) };
  },
});

const isSame = (a: Window, b: Window) => a.day?.toLowerCase() === b.day?.toLowerCase() && a.hour === b.hour;

const setMaintenanceWindow = defineWriteTool({
  name: "set_maintenance_window",
  title: "Set the maintenance window",
  toolset: "server_config",
  effect: "write",
  idempotent: true,
  description: `Sets the day and hour in which Cloudways may do maintenance on a server. ${ZONE} ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...serverInput,
      day: z.enum(DAYS).describe("Weekday: Sunday"),
      hour: z.int().min(0).max(23).describe("Hour of the day, 0 to 23."),
    }),
  output: () => z.looseObject({ ...serverOutput, ...windowOutput, ...replyOutput }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    return { ...facts, window: await readWindow(context.account, facts.server.id) };
  },
  handler: async ({ day, hour }, { account }, { server, window }) => {
    const { written } = await makeChange<Window, unknown>({
      what: "maintenance window",
      before: window,
      wanted: { day, hour },
      read: () => readWindow(account, server.id),
      isSame,
      write: () =>
        account.write({
          operation: "server_maintenance_window_update",
          method: "POST",
          path: path`/server/manage/postMaintenanceWinSettings`,
          form: { server_id: server.id, day, hour },
          reply: anyReply,
        }),
    });
    return { ...namesOfServer(server), day, hour, reply: written };
  },
  undo: {
    state: ({ window }) => windowState(window),
    about: onServer,
    reverse: (_before, { server, window }, { day, hour }) => ({
      after: windowState({ day, hour }),
      arguments: { server_id: server.id, day: dayOf(window), hour: window.hour },
    }),
  },
});

function windowState(window: Window): ChangedState {
  return { Day: dayOf(window) ?? window.day, Hour: window.hour };
}

/** The day as the input takes it. */
function dayOf({ day }: Window): typeof DAYS[number] | undefined {
  return DAYS.find((one) => one.toLowerCase() === day?.toLowerCase());
}

/** The tools of this file. */
export const maintenanceTools: readonly Tool[] = [getMaintenanceWindow, setMaintenanceWindow];
