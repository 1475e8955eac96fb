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
  ["clear the red badge, I read all warnings", "mark_alerts_read"],
  ["who gets an e-mail when a server fails", "list_alert_channels"],
  ["send alerts to our Slack channel", "create_alert_channel"],
  ["e-mail my colleague too when something breaks", "create_alert_channel"],
  ["mute the alert e-mails for a week", "update_alert_channel", "delete_alert_channel"],
  ["a former employee still receives our alerts", "delete_alert_channel", "update_alert_channel"],
  ["problems that the AI of Cloudways noticed", "list_insights"],
  ["how many Copilot credits did we use this month", "get_copilot_subscription"],
  ["downgrade Copilot at the end of the month", "change_copilot_subscription"],
];
