import type { Config } from "../../config.ts";
import { ToolError } from "../../errors.ts";
import { processBounds } from "../../identity/bounds.ts";
import { type Caller, callerSecrets, type Identity } from "../../identity/caller.ts";
import type { Credential } from "../../identity/credential.ts";
import { type CustomerIds, shortCustomerId } from "../../identity/customer_id.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { WorkCounts } from "../../text/work_counts.ts";
import type { CallScope } from "../server.ts";

/** What {@linkcode stdioScope} needs besides the configuration. */
export interface StdioScopeOptions {
  customerIds: CustomerIds;
  log: Logger;
  /** Counts the work done for the caller. */
  work?: WorkCounts | undefined;
}

/** The scope of the one stdio caller, whose credential and approval code are in the configuration. */
export async function stdioScope(
  config: Pick<Config, "stdioCredential" | "stdioApprovalCode" | "readOnly" | "toolsets" | "listedToolsets">,
  { customerIds, log, work }: StdioScopeOptions,
): Promise<CallScope> {
  const identity = await identityOf(config.stdioCredential, customerIds);
  const { stdioApprovalCode: approvalCode } = config;
  const secrets = callerSecrets({ identity, approvalCode }, { work });
  const caller: Caller = {
    identity,
    ...processBounds(config),
    boundTo: "",
    approvalCode,
    confirmByPage: false,
    connection: undefined,
    address: "stdio",
    transport: "stdio",
    secrets,
    requestId: crypto.randomUUID(),
  };
  if (identity.kind === "none") return { caller, log };
  return { caller, log: log.with({ customer: shortCustomerId(identity.id) }).withSecrets(secrets) };
}

async function identityOf(credential: Credential | undefined, customerIds: CustomerIds): Promise<Identity> {
  if (credential !== undefined) return { kind: "customer", id: await customerIds.of(credential), credential };
  const error = new ToolError(
    "authentication_required",
    "This server was started without Cloudways credentials.",
    {
      hint: "Tell the user to set CLOUDWAYS_ACCESS_TOKEN, or CLOUDWAYS_EMAIL and CLOUDWAYS_API_KEY, where the client " +
        "starts this server.",
    },
  );
  return { kind: "none", error };
}
