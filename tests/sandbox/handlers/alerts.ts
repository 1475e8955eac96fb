import { type Call, type Handlers, nothing, number } from "../call.ts";
import { alertRecord } from "../render.ts";
import type { AlertState } from "../state.ts";

const alertsPerPage = 20;

/** Alerts, newest first. */
export const alertHandlers: Handlers = {
  cloudways_bot_alerts_list: (call) => page(call, call.account.alerts),
  cloudways_bot_alerts_page_list: (call) =>
    page(call, call.account.alerts.filter((alert) => alert.id < number(call, "last_id"))),
  cloudways_bot_alert_mark_read(call) {
    for (const alert of call.account.alerts) if (alert.id === number(call, "alert_id")) alert.is_read = true;
    return noBytes(call);
  },
  cloudways_bot_alerts_mark_all_read(call) {
    for (const alert of call.account.alerts) alert.is_read = true;
    return noBytes(call);
  },
};

function page({ forms }: Call, alerts: AlertState[]): unknown {
  return { alerts: alerts.slice(0, alertsPerPage).map((alert) => alertRecord(alert, forms)) };
}

function noBytes(call: Call): unknown {
  return call.forms === "live" ? undefined : nothing(call);
}
