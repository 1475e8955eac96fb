import { type Call, type Handlers, isOn, text } from "../call.ts";
import { isWordPress } from "../make_site.ts";
import { isRecord } from "../read_request.ts";
import { invalidField, refused } from "../refusals.ts";
import type { CronJobState } from "../state.ts";
import { start } from "./start.ts";

/** Cron jobs and their optimizer. */
export const cronHandlers: Handlers = {
  app_cron_list_get: ({ app }) => app.crons,
  // It is not recorded how the two halves of the list depend on each other. Here, writing one half drops the other.
  app_cron_list_update(call) {
    call.app.crons = call.fields.is_script === true
      ? { basic: [], script: lines(call).join("\n") }
      : { basic: jobs(call), script: "" };
    return call.app.crons;
  },
  app_cron_optimizer_get: ({ app }) => ({ status: app.flags.wp_cron_setting === 1 }),
  app_cron_optimizer_update(call) {
    if (!isWordPress(call.app)) throw refused("Cron optimizer is for WordPress applications.");
    return start(
      call,
      "update_cron_setting",
      () => void (call.app.flags.wp_cron_setting = isOn(call, "status") ? 1 : 0),
    );
  },
};

/** A list as JSON text, or one bare line. */
function lines(call: Call): string[] {
  const crons = text(call, "crons");
  if (crons === "") return [];
  const given = crons.startsWith("[") ? parse(crons) : [crons];
  if (Array.isArray(given) && given.every((line) => typeof line === "string" && isLine(line))) return given;
  throw invalidField("crons", "crons", "The crons are invalid.");
}

/** Five fields or a word such as @daily, then a command. */
function isLine(line: string): boolean {
  return /^(@\w+|([\d*/,\-A-Za-z]+\s+){5})\s*\S/.test(line);
}

function jobs(call: Call): CronJobState[] {
  const given = parse(text(call, "crons"));
  if (!Array.isArray(given)) throw invalidField("crons", "crons", "The crons are invalid.");
  return given.map((job: unknown) => {
    if (!isRecord(job)) throw invalidField("crons", "crons", "The crons are invalid.");
    const part = (name: keyof CronJobState) => String(job[name] ?? "");
    return {
      cmd_type: part("cmd_type"),
      command: part("command"),
      minutes: part("minutes"),
      hours: part("hours"),
      days: part("days"),
      months: part("months"),
      weekdays: part("weekdays"),
    };
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
