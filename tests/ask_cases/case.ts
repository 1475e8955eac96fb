/** How a call is asked about, by what is there: the parts of the table in the tests. */
import type { AppState, Sandbox, ServerState } from "../sandbox/mod.ts";

/** The server, and the application, that every call here is about. */
export const SERVER = { server_id: 100001 };
export const APP = { app_id: 200001 };

/** A repository out of which the application was deployed. */
export const GIT_URL = "git@git.example.com:team/shop.git";

/** Brings the account into a state. */
export type Change = (app: AppState, server: ServerState, sandbox: Sandbox) => void;

/** One state of the account in which a call is made. */
export interface AskCase {
  /** Besides those of every case. */
  args?: Record<string, unknown>;
  /** The operation that carries it out, where it is not that of every case. */
  sends?: string;
  /** What is there, in words. */
  present: string;
  setUp?: Change;
  asks: boolean;
  why: string;
}

/** All cases of one tool. */
export interface ToolCases {
  /** The operation of the facts that carries it out, once. */
  sends: string;
  /** What may follow it under the same yes, once at most. */
  followedBy?: string;
  args: Record<string, unknown>;
  cases: AskCase[];
}

/** The listing says nothing of these members of the application. */
export const leavesOut = (...names: string[]): Change => (app) => void app.untold.push(...names);

/** An operation answers something else than it should. */
export const answers = (operationId: string, body: unknown, status = 200): Change => (_app, _server, sandbox) =>
  void sandbox.addFault({ operationId, kind: { status, body } });

/** Members of a certificate's record that are not there, or not as they are known. */
export const certificateSays = (changes: Record<string, unknown>): Change => (app) =>
  void Object.assign(app, { lets_encrypt: app.lets_encrypt && { ...app.lets_encrypt, ...changes } });

/** What is asked about in every state. */
export const always = (why: string): AskCase[] => [{ present: "the demo account", asks: true, why }];

/** What nobody is asked about. */
export const never = (why: string): AskCase[] => [{ present: "the demo account", asks: false, why }];

/** An own certificate, as the listing has it. */
export const OWN = { issued_at: "2026-01-01 00:00:00" };
