/** The state of one account, by subject. Tests may change all of it; every answer is made from it. */
export * from "./state/account.ts";
export * from "./state/app.ts";
export * from "./state/cloudflare.ts";
export * from "./state/dns.ts";
export * from "./state/operation.ts";
export * from "./state/protection.ts";
export * from "./state/queues.ts";
export * from "./state/server.ts";
export * from "./state/services.ts";
export * from "./state/staging.ts";
export * from "./state/updates.ts";
