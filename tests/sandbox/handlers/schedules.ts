import * as z from "zod";
import { type Handlers, nothing, number, text } from "../call.ts";
import { exampleOf, operationById } from "../facts.ts";
import { invalidField } from "../refusals.ts";

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** When a server is backed up, copied and maintained. */
export const scheduleHandlers: Handlers = {
  server_backup_settings_update(call) {
    const { server, fields } = call;
    if ("backup_frequency" in fields && !frequencies().includes(text(call, "backup_frequency"))) {
      throw invalidField("backup_frequency", "in", "The selected backup frequency is invalid.");
    }
    if ("backup_time" in fields && !/^([01]\d|2[0-3]):[0-5]\d$/.test(text(call, "backup_time"))) {
      throw invalidField("backup_time", "date_format", "The backup time does not match the format H:i.");
    }
    if ("backup_retention" in fields && !/^[1-9]\d*$/.test(text(call, "backup_retention"))) {
      throw invalidField("backup_retention", "integer", "The backup retention must be an integer.");
    }
    server.local_backups = fields.local_backups === true;
    for (const name of ["backup_frequency", "backup_retention", "backup_time"] as const) {
      if (name in fields) server[name] = text(call, name);
    }
    return nothing(call);
  },
  // The possible values are not recorded; no value switches snapshots off.
  server_snapshot_frequency_update(call) {
    call.server.snapshot_frequency = text(call, "snapshot_frequency") || null;
    return nothing(call);
  },
  server_maintenance_window_get: (call) => ({ maintenance_settings: call.server.maintenance }),
  server_maintenance_window_update(call) {
    const day = text(call, "day");
    const hour = number(call, "hour");
    if (!days.includes(day)) throw invalidField("day", "in", "The selected day is invalid.");
    if (hour < 0 || hour > 23) throw invalidField("hour", "between", "The hour must be between 0 and 23.");
    call.server.maintenance = { day, hour };
    return { message: "Maintenance window updated" };
  },
};

const Frequencies = z.object({ frequencies: z.array(z.object({ id: z.string() })) });

function frequencies(): string[] {
  return Frequencies.parse(exampleOf(operationById("list_backup_frequencies"))).frequencies.map(({ id }) => id);
}
