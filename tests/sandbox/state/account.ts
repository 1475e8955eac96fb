import type { DnsDomainState } from "./dns.ts";
import type { OperationState } from "./operation.ts";
import type { ServerState } from "./server.ts";
import type {
  AddonState,
  ChannelState,
  CopilotState,
  EmailDomainState,
  InsightState,
  ServerAddonState,
  SubscriptionState,
} from "./services.ts";

/** The state of one account. Tests may change all of it; every answer is made from it. */
export interface AccountState {
  email: string;
  apiKey: string;
  /** The key no longer signs in. */
  keyRevoked: boolean;
  label: string;
  userId: number;
  accessTokens: AccessTokenState[];
  servers: ServerState[];
  operations: OperationState[];
  projects: ProjectState[];
  members: MemberState[];
  /** Newest first. */
  alerts: AlertState[];
  dns: DnsDomainState[];
  addons: AddonState[];
  subscriptions: SubscriptionState[];
  serverAddons: ServerAddonState[];
  /** Requests to support staff. */
  addonRequests: { addonId: number; appId: number; version: string }[];
  emailDomains: EmailDomainState[];
  channels: ChannelState[];
  insights: InsightState[];
  copilot: CopilotState;
  /** The last id given to a record made through the API. */
  lastId: Record<"server" | "app" | "project" | "sshKey" | "credential" | "member" | "queue" | "channel", number>;
  /** E-mails of other accounts: they cannot become members. */
  otherOwners: string[];
  /** Makes a value for a password; it contains the account's canary, if there is one. */
  secret(): string;
}

/** A token made in the platform. */
export interface AccessTokenState {
  token: string;
  /** Ids of the operations it may use; absent means all. */
  scopes?: readonly string[];
}

/** A project. */
export interface ProjectState {
  id: number;
  name: string;
  isDefault: boolean;
  created_at: string;
}

/** A team member. */
export interface MemberState {
  id: number;
  mappingId: number;
  name: string;
  email: string;
  status: string;
  role: string;
  added_on: string;
  isFull: boolean;
  /** What was granted on servers and applications; no reply shows it. */
  access: { account: unknown; servers: unknown; apps: unknown };
}

/** An alert. */
export interface AlertState {
  id: number;
  server_id: number;
  app_id: number | null;
  subject: string;
  desc: string;
  template_slug: string;
  values: Record<string, string>;
  created_at: string;
  is_read: boolean;
}
