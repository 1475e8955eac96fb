import { always, type Change, SERVER, type ToolCases } from "./case.ts";

const unsubscribed: Change = (_app, _server, sandbox) => void (sandbox.account().copilot.planId = null);

/** The tools for alerts, their channels, and Copilot. */
export const alertsCases: Record<string, ToolCases> = {
  mark_alerts_read: {
    sends: "cloudways_bot_alert_mark_read",
    args: {},
    cases: [
      { args: { alert_id: 88888 }, present: "any", asks: false, why: "they stay, and only count as read" },
      {
        args: { all: true },
        sends: "cloudways_bot_alerts_mark_all_read",
        present: "any",
        asks: false,
        why: "they stay, and only count as read",
      },
    ],
  },
  create_alert_channel: {
    sends: "cloudways_bot_integration_create",
    args: { name: "Owner" },
    cases: [
      { args: { kind: "Email", email: "owner@example.com" }, present: "any", asks: true, why: "alerts go further" },
      {
        args: { kind: "Slack", webhook_url: "https://hooks.example.com/x" },
        present: "any",
        asks: true,
        why: "alerts go further",
      },
    ],
  },
  update_alert_channel: {
    sends: "cloudways_bot_integration_update",
    args: { channel_id: 8888 },
    cases: [
      { args: { name: "Night" }, present: "any", asks: true, why: "the whole channel is sent again" },
      { args: { email: "night@example.com" }, present: "another one", asks: true, why: "alerts go elsewhere" },
      { args: { enabled: false }, present: "a channel that is on", asks: true, why: "nobody is alerted" },
      { args: { remove: [1] }, present: "both events", asks: true, why: "nobody is alerted of it" },
    ],
  },
  delete_alert_channel: {
    sends: "cloudways_bot_integration_delete",
    args: { channel_id: 8888 },
    cases: always("nobody is alerted through it"),
  },
  set_server_insights: {
    sends: "copilot_server_settings_update",
    args: SERVER,
    cases: [
      { args: { enabled: false }, present: "insights on", asks: true, why: "Copilot looks no more" },
      { args: { enabled: true }, present: "insights on", asks: false, why: "Copilot looks" },
    ],
  },
  change_copilot_subscription: {
    sends: "copilot_plan_change",
    args: {},
    cases: [
      { args: { action: "change", plan_id: 2 }, present: "a plan", asks: true, why: "Cloudways bills it" },
      { args: { action: "cancel" }, sends: "copilot_unsubscribe", present: "a plan", asks: true, why: "Copilot stops" },
      {
        args: { action: "order", plan_id: 2 },
        sends: "copilot_subscribe",
        present: "no plan",
        setUp: unsubscribed,
        asks: true,
        why: "Cloudways bills it",
      },
    ],
  },
};
