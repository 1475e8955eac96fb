/** The schedule of automatic updates as it is written: everything at once, days and windows as numbers. */
import type { Fields } from "../../cloudways/http.ts";
import { ToolError } from "../../errors.ts";
import type { UpdateSettings } from "./safe_updates.ts";

/** From Sunday, which counts as 0 by what one client says. */
export const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** Six hours each; the first is 1 by inference. One of them is documented in words. */
export const WINDOWS = ["00:01 - 06:00", "06:01 - 12:00", "12:01 - 18:00", "18:01 - 00:00"] as const;

/** When updates run, what they cover and who is told. */
export interface UpdateSchedule {
  enabled: boolean;
  day: typeof DAYS[number];
  window: typeof WINDOWS[number];
  core: boolean;
  /** Slugs; empty means all, new ones too. */
  plugins: readonly string[];
  themes: readonly string[];
  /** Empty where nobody is told. */
  email: string;
  notify_before: boolean;
  notify_success: boolean;
  notify_failure: boolean;
}

/** What changes of a schedule; what is left out stays. */
export type ScheduleChanges = { [Name in Exclude<keyof UpdateSchedule, "enabled">]?: UpdateSchedule[Name] | undefined };

/** A schedule with changes. */
export function withChanges(before: UpdateSchedule, changes: ScheduleChanges): UpdateSchedule {
  return {
    enabled: before.enabled,
    day: changes.day ?? before.day,
    window: changes.window ?? before.window,
    core: changes.core ?? before.core,
    plugins: changes.plugins ?? before.plugins,
    themes: changes.themes ?? before.themes,
    email: changes.email ?? before.email,
    notify_before: changes.notify_before ?? before.notify_before,
    notify_success: changes.notify_success ?? before.notify_success,
    notify_failure: changes.notify_failure ?? before.notify_failure,
  };
}

/**
 * The schedule in some settings.
 *
 * @throws {ToolError} `upstream_error` where a part is not told: what can't be read can't be kept.
 */
export function scheduleOf(settings: UpdateSettings): UpdateSchedule {
  const { update_list: selected, pre_notification, successful_updates, failed_updates } = settings;
  return {
    enabled: told(settings.is_update_enable, "is_update_enable"),
    day: told(DAYS.find((day) => day.toLowerCase() === settings.update_day.toLowerCase()), "update_day"),
    // Only the beginning is compared: the last window may be said to end at 24:00.
    window: told(WINDOWS.find((window) => window.slice(0, 5) === settings.update_slot.slice(0, 5)), "update_slot"),
    core: told(selected.core === "yes" ? true : selected.core === "no" ? false : undefined, "update_list.core"),
    plugins: told(selected.plugin, "update_list.plugin"),
    themes: told(selected.theme, "update_list.theme"),
    email: told(settings.notification_email, "notification_email"),
    notify_before: told(pre_notification, "pre_notification"),
    notify_success: told(successful_updates, "successful_updates"),
    notify_failure: told(failed_updates, "failed_updates"),
  };
}

function told<T>(value: T | null | undefined, member: string): T {
  if (value !== null && value !== undefined) return value;
  throw new ToolError("upstream_error", "Cloudways does not tell all of the present update settings.", {
    hint: "They are written all at once, so nothing can be changed without losing what is not told. Tell the user to " +
      "change them in the Cloudways console.",
    details: { not_told: member },
    done: "nothing",
  });
}

/** The schedule as it is sent. An empty list means everything, so none is ever sent. */
export function fieldsOf(schedule: UpdateSchedule): Fields {
  const { plugins, themes, email } = schedule;
  return {
    status: Number(schedule.enabled),
    update_day: DAYS.indexOf(schedule.day),
    update_slot: WINDOWS.indexOf(schedule.window) + 1,
    core: schedule.core ? "yes" : "no",
    plugin: plugins.length === 0 ? undefined : plugins,
    theme: themes.length === 0 ? undefined : themes,
    emails: email === "" ? undefined : email,
    pre_notification: Number(schedule.notify_before),
    successful_updates: Number(schedule.notify_success),
    failed_updates: Number(schedule.notify_failure),
  };
}

/** The names of what differs, in the order of the schedule. Lists are compared without their order. */
export function differences(one: UpdateSchedule, other: UpdateSchedule): (keyof UpdateSchedule)[] {
  const names = [
    "enabled",
    "day",
    "window",
    "core",
    "plugins",
    "themes",
    "email",
    "notify_before",
    "notify_success",
    "notify_failure",
  ] as const satisfies (keyof UpdateSchedule)[];
  return names.filter((name) => textOf(one[name]) !== textOf(other[name]));
}

function textOf(value: UpdateSchedule[keyof UpdateSchedule]): string {
  return JSON.stringify(typeof value === "object" ? [...value].sort() : value);
}
