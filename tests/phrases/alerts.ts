import type { PhraseRow } from "./row.ts";

/** What people ask for that the tools of this toolset do. */
export const alertsPhrases: readonly PhraseRow[] = [
  ["I have seen all the notifications", "mark_alerts_read"],
  ["dismiss the warning", "mark_alerts_read"],
  ["where do notifications go", "list_alert_channels"],
  ["tell us in Slack when something is down", "create_alert_channel"],
  ["send notifications to a webhook", "create_alert_channel"],
  ["only notify Slack about disk problems", "update_alert_channel"],
  ["no more notifications in Slack", "delete_alert_channel"],
  ["what did Copilot find", "list_insights"],
  ["explain this finding of Copilot and how to fix it", "get_insight"],
  ["which Copilot plan do we have", "get_copilot_subscription"],
  ["cancel Copilot", "change_copilot_subscription"],
  ["upgrade to the bigger Copilot plan", "change_copilot_subscription"],
  ["Copilot should leave this machine alone", "set_server_insights"],
];
