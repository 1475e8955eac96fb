/** The schedule of automatic updates under the names that people know. */
import type { ChangedState } from "../define/undo.ts";
import type { UpdateSchedule } from "./schedule.ts";

const LABELS: Readonly<Record<keyof UpdateSchedule, string>> = {
  enabled: "Automatic updates",
  day: "Day",
  window: "Hours",
  core: "WordPress itself",
  plugins: "Plugins",
  themes: "Themes",
  email: "E-mail to",
  notify_before: "E-mail before a run",
  notify_success: "E-mail after a good run",
  notify_failure: "E-mail after a failed run",
};

/** What a setting is called. */
export function labelOf(name: keyof UpdateSchedule): string {
  return LABELS[name];
}

/** Every setting. Lists are sorted, because their order means nothing. */
export function scheduleState(schedule: UpdateSchedule): ChangedState {
  return {
    [LABELS.enabled]: schedule.enabled,
    [LABELS.day]: schedule.day,
    [LABELS.window]: schedule.window,
    [LABELS.core]: schedule.core,
    [LABELS.plugins]: [...schedule.plugins].sort(),
    [LABELS.themes]: [...schedule.themes].sort(),
    [LABELS.email]: schedule.email,
    [LABELS.notify_before]: schedule.notify_before,
    [LABELS.notify_success]: schedule.notify_success,
    [LABELS.notify_failure]: schedule.notify_failure,
  };
}
