import { always, LISTING, type Sent, type ToolRow } from "./row.ts";

const CHANNELS: Sent = ["GET /integrations"];
const CHOICES: Sent = ["GET /integrations/create"];
const STATUS: Sent = ["GET /copilot/plans/status"];
const PLANS: Sent = ["GET /copilot/plans"];
const SWITCHES: Sent = ["GET /copilot/server-settings"];
const CHANNEL = { channel_id: 8888 };
const INSIGHT = { insight_id: 12345 };
const SERVER = { server_id: 100001 };
const HOOK = "https://hooks.example.com/services/EXAMPLE";
const MAIL = { name: "Owner", kind: "Email", email: "owner@example.com" };
const SLACK = { name: "Shop alerts", kind: "Slack", webhook_url: HOOK };

/** Texts that are no web address, or one that programs may read in two ways. */
const WRONG_ADDRESSES = [
  "http://hooks.example.com/services/EXAMPLE",
  "hooks.example.com/services/EXAMPLE",
  "https://user@hooks.example.com/services/EXAMPLE",
  "https://user:pass@hooks.example.com/services/EXAMPLE",
  "https://hooks.example.com\\@example.org/services/EXAMPLE",
  "https://hooks.example.com@example.org/services/EXAMPLE",
  "https://localhost/services/EXAMPLE",
  "https://192.0.2.7/services/EXAMPLE",
  "https://[2001:db8::7]/services/EXAMPLE",
  "https://hooks.example.com:99999/services/EXAMPLE",
  "https://hooks.example.com/services/EX AMPLE",
  "javascript:alert(1)",
];

const wrongChannel = [
  { args: { enabled: true }, names: "channel_id" },
  { args: { channel_id: 0, enabled: true }, names: "channel_id" },
  { args: { channel_id: "Ops mail", enabled: true }, names: "channel_id" },
];

/** The reads of a change: for the plan, just before the write, and after it. */
const EDIT: Sent[] = [CHANNELS, CHOICES, CHANNELS, CHANNELS];

/** The tools for alerts, their channels, and Copilot. */
export const alertsRows: readonly ToolRow[] = [
  {
    tool: "mark_alerts_read",
    minimal: { alert_id: 88888 },
    full: { all: true },
    sends: {
      // The first looks whether Cloudways accepts the caller.
      minimal: [LISTING, ["POST /alert/markAsRead/88888", { alert_id: 88888 }]],
      full: [LISTING, ["POST /alert/markAllRead/"]],
    },
    wrong: [
      { args: {}, names: "alert_id" },
      { args: { alert_id: 0 }, names: "alert_id" },
      { args: { alert_id: 88888, all: true }, names: "alert_id" },
      { args: { all: false }, names: "alert_id" },
      { args: { all: "every" }, names: "all" },
    ],
  },
  { tool: "list_alert_channels", minimal: {}, full: {}, sends: always(CHANNELS, CHOICES), wrong: [] },
  {
    tool: "create_alert_channel",
    minimal: MAIL,
    full: { ...SLACK, event_ids: [2], enabled: false },
    sends: {
      minimal: [CHOICES, CHANNELS, [
        "POST /integrations",
        { name: "Owner", channel: 2, events: [1, 2], is_active: true, to: "owner@example.com" },
      ]],
      full: [CHOICES, CHANNELS, ["POST /integrations", {
        name: "Shop alerts",
        channel: 3,
        events: [2],
        is_active: false,
        url: HOOK,
      }]],
    },
    wrong: [
      { args: { ...MAIL, name: undefined }, names: "name" },
      { args: { ...MAIL, name: "" }, names: "name" },
      { args: { ...MAIL, kind: undefined }, names: "kind" },
      { args: { ...MAIL, email: "owner" }, names: "email" },
      { args: { ...SLACK, event_ids: [] }, names: "event_ids" },
      { args: { ...SLACK, event_ids: ["disk"] }, names: "event_ids" },
      { args: { ...SLACK, enabled: "later" }, names: "enabled" },
      ...WRONG_ADDRESSES.map((webhook_url) => ({ args: { ...SLACK, webhook_url }, names: "webhook_url" })),
    ],
  },
  {
    tool: "update_alert_channel",
    minimal: { ...CHANNEL, name: "Night watch" },
    full: { ...CHANNEL, name: "Night watch", email: "night@example.com", enabled: false, replace: [2] },
    sends: {
      minimal: [...EDIT, ["PUT /integrations/8888", {
        ...CHANNEL,
        name: "Night watch",
        channel: 2,
        events: [1, 2],
        is_active: true,
        to: "ops@example.com",
      }]],
      full: [...EDIT, ["PUT /integrations/8888", {
        ...CHANNEL,
        name: "Night watch",
        channel: 2,
        events: [2],
        is_active: false,
        to: "night@example.com",
      }]],
    },
    wrong: [
      ...wrongChannel,
      { args: CHANNEL, names: "add" },
      { args: { ...CHANNEL, name: "" }, names: "name" },
      { args: { ...CHANNEL, email: "night" }, names: "email" },
      { args: { ...CHANNEL, webhook_url: "http://hooks.example.com/x" }, names: "webhook_url" },
      { args: { ...CHANNEL, add: [] }, names: "add" },
      { args: { ...CHANNEL, add: [1], remove: [1] }, names: "remove" },
      { args: { ...CHANNEL, add: [1], replace: [2] }, names: "replace" },
      { args: { ...CHANNEL, replace: [] }, names: "replace" },
    ],
  },
  {
    tool: "delete_alert_channel",
    minimal: CHANNEL,
    full: CHANNEL,
    sends: always(CHANNELS, CHOICES, ["DELETE /integrations/8888", CHANNEL], CHANNELS),
    wrong: [
      { args: {}, names: "channel_id" },
      { args: { channel_id: 0 }, names: "channel_id" },
      { args: { channel_id: "Ops mail" }, names: "channel_id" },
    ],
  },
  {
    tool: "list_insights",
    minimal: {},
    full: {},
    sends: always(["GET /insights"], ["GET /insights/summary"]),
    wrong: [],
  },
  {
    tool: "get_insight",
    minimal: INSIGHT,
    full: INSIGHT,
    sends: always(["GET /insights/12345", { alert_id: 12345 }]),
    wrong: [
      { args: {}, names: "insight_id" },
      { args: { insight_id: 0 }, names: "insight_id" },
      { args: { insight_id: "summary" }, names: "insight_id" },
    ],
  },
  {
    tool: "set_server_insights",
    minimal: { ...SERVER, enabled: false },
    full: { ...SERVER, enabled: true },
    sends: {
      minimal: [
        LISTING,
        SWITCHES,
        ["POST /copilot/server-settings", { ...SERVER, insights_enabled: false }],
        SWITCHES,
      ],
      full: [LISTING, SWITCHES, ["POST /copilot/server-settings", { ...SERVER, insights_enabled: true }], SWITCHES],
    },
    wrong: [
      { args: { enabled: false }, names: "server_id" },
      { args: { server_id: 0, enabled: false }, names: "server_id" },
      { args: SERVER, names: "enabled" },
      { args: { ...SERVER, enabled: "maybe" }, names: "enabled" },
    ],
  },
  {
    tool: "get_copilot_subscription",
    minimal: {},
    full: { month: "2026-01" },
    sends: {
      minimal: [PLANS, STATUS, ["GET /copilot/billing/real-time"], SWITCHES],
      full: [PLANS, STATUS, ["GET /copilot/billing/real-time", { billing_cycle: "2026-01" }], SWITCHES],
    },
    wrong: [{ args: { month: "January" }, names: "month" }, { args: { month: "2026-13" }, names: "month" }],
  },
  {
    tool: "change_copilot_subscription",
    minimal: { action: "cancel" },
    full: { action: "change", plan_id: 3 },
    sends: {
      minimal: [STATUS, ["DELETE /copilot/plans/subscribe"], STATUS],
      full: [PLANS, STATUS, ["POST /copilot/plans/change", { plan_id: 3 }], STATUS],
    },
    wrong: [
      { args: {}, names: "action" },
      { args: { action: "stop" }, names: "action" },
      { args: { action: "order" }, names: "plan_id" },
      { args: { action: "change", plan_id: 0 }, names: "plan_id" },
      { args: { action: "cancel", plan_id: 1 }, names: "plan_id" },
    ],
  },
];
