/** An add-on that Cloudways offers. */
export interface AddonState {
  id: number;
  label: string;
  name: string;
  binding: "account" | "server" | "application";
  /** Support staff complete the request. */
  byStaff?: true;
  packages: { id: number; name: string; price: string }[];
}

/** An account's subscription to an add-on, active or requested. */
export interface SubscriptionState {
  addonId: number;
  packageId: number | null;
  /** 1: active; 2: requested, and waiting for support staff. */
  status: 1 | 2;
}

/** An add-on on a server. */
export interface ServerAddonState {
  addonId: number;
  serverId: number;
  /** The mail service that it uses, if it is that kind. */
  smtp: Record<string, string>;
}

/** A domain that mail is sent from, and which of its DNS entries are right. */
export interface EmailDomainState {
  domain: string;
  spf: boolean;
  mx: boolean;
  dkim: boolean;
  dmarc: boolean;
  tracking: boolean;
}

/** A channel for alerts. */
export interface ChannelState {
  id: number;
  name: string;
  /** 2 is e-mail. */
  channel: number;
  events: number[];
  config: { to: string } | { url: string };
  isActive: boolean;
  created_at: string;
  updated_at: string | null;
}

/** A finding of Copilot. */
export interface InsightState {
  id: number;
  server_id: number;
  subject: string;
  severity: "critical" | "high" | "medium";
  description: string;
}

/** A plan of Copilot. */
export interface CopilotPlan {
  id: number;
  name: string;
  price: string;
}

/** The subscription of Copilot. */
export interface CopilotState {
  plans: CopilotPlan[];
  /** Null without one. */
  planId: number | null;
  /** A smaller plan that begins with the next cycle. */
  pendingPlanId: number | null;
  /** Servers whose insights are off. */
  off: number[];
}
