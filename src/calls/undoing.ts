/** Taking changes back: the receipts that answers carry, and the calls that receipts stand for. */
import { type Caller, customerIdOf } from "../identity/caller.ts";
import { leavesOpen, ToolError } from "../errors.ts";
import { StoreError } from "../store/store.ts";
import { storeAwayError } from "../store/away.ts";
import type { Logger } from "../telemetry/log.ts";
import type { PlannedCall } from "../tools/define/tool.ts";
import { differing, pick } from "../tools/define/undo.ts";
import { receiptInput, UNDO_CHANGE } from "../tools/define/undo_input.ts";
import { readAgain } from "./again.ts";
import { unfitTexts } from "./argument_texts.ts";
import { invalidArguments, readArguments } from "./arguments.ts";
import type { Catalogue, CatalogueEntry } from "./catalogue.ts";
import { type KnownReceipt, Receipts } from "./receipts.ts";
import type { UndoNote } from "./undo_note.ts";
import { undoQuestion } from "./undo_question.ts";
import type { NamedCall, Unwrapped } from "./unwrap.ts";

/** A change that a call takes back. */
export interface TakenBack extends KnownReceipt {
  /** The caller wants a person to be asked again after a no. */
  again: boolean;
}

/** An unwrapped call: the call of a receipt says which change it takes back. */
export type Opened = Unwrapped & { takesBack?: TakenBack };

/** What {@linkcode Undoing} needs. */
export interface UndoingOptions {
  catalogue: Catalogue;
  receipts: Receipts;
}

/** Gives receipts, and exchanges them for the calls they stand for. */
export class Undoing {
  readonly #options: UndoingOptions;

  constructor(options: UndoingOptions) {
    this.#options = options;
  }

  /** Exchanges a call that takes a change back for the call of its receipt; every other call is given as it is. */
  open(unwrapped: Unwrapped, caller: Caller): Opened | Promise<Opened> {
    if (unwrapped.kind === "refused") return unwrapped;
    const outer = this.#options.catalogue.lookUp(unwrapped.call.name, caller);
    const customer = customerIdOf(caller.identity);
    // Who may not call it, or sends no credentials, is told so like for every other tool.
    if (outer.kind !== "found" || !outer.entry.tool.takesBack || customer === undefined) return unwrapped;
    return this.#exchangeOrRefuse(unwrapped.call, outer.entry, caller, customer);
  }

  async #exchangeOrRefuse(call: NamedCall, entry: CatalogueEntry, caller: Caller, customer: string): Promise<Opened> {
    try {
      return await this.#exchange(call, entry, caller, customer);
    } catch (error) {
      if (error instanceof StoreError) return { kind: "refused", call, error: storeAwayError(error) };
      if (error instanceof ToolError) return { kind: "refused", call, error };
      throw error;
    }
  }

  async #exchange(sent: NamedCall, { tool, understood, listed }: CatalogueEntry, caller: Caller, customer: string) {
    const { args, again } = readAgain(tool, sent.args);
    const parsed = receiptInput().safeParse(readArguments(tool.name, args, understood, tool.formerly));
    if (!parsed.success) throw invalidArguments(tool.name, parsed.error, listed.inputSchema);
    const { catalogue, receipts } = this.#options;
    const known = await receipts.find(parsed.data.receipt, customer, caller);
    // A receipt whose tool the caller may not use any more is like one that does not exist.
    if (known === undefined || catalogue.lookUp(known.receipt.tool, caller).kind !== "found") throw noSuchReceipt();
    const call = { name: known.receipt.tool, args: known.receipt.arguments };
    return { kind: "call", call, takesBack: { ...known, again } } as const;
  }

  /**
   * The planned call of a receipt: its question says which change it takes back and what changed since. It uses the
   * receipt up just before it is carried out.
   *
   * @throws {ToolError} Where everything is already as it was before the change.
   */
  planned(call: PlannedCall, taken: TakenBack, caller: Caller): PlannedCall {
    const { receipt } = taken;
    const { before, after, changed_by } = receipt;
    const state = pick(call.undo?.state ?? {}, Object.keys(after));
    if (differing(before, state).length === 0) throw alreadyAsBefore(receipt.before);
    const title = this.#options.catalogue.titleOf(changed_by) ?? changed_by;
    const question = undoQuestion(call, { receipt, title, state });
    return { ...call, question, run: () => this.#run(call, taken, caller, title) };
  }

  async #run(call: PlannedCall, taken: TakenBack, caller: Caller, title: string): Promise<Record<string, unknown>> {
    const { receipts } = this.#options;
    const customer = customerIdOf(caller.identity) ?? "";
    const isOurs = await receipts.take(taken, customer).catch((error: unknown) => {
      throw error instanceof StoreError ? receiptNotTaken(error) : error;
    });
    if (!isOurs) throw noSuchReceipt();
    const answer = await call.run().catch(async (error: unknown) => {
      // Nothing was done, so that it can be tried again. Where the store is away, the receipt is lost.
      if (error instanceof ToolError && !leavesOpen(error)) await receipts.putBack(taken, customer).catch(ifStoreFails);
      throw error;
    });
    return { ...answer, undid: { change: title, time: timeOf(taken.receipt.at) } };
  }

  /** What the answer of a call that was carried out says of taking it back. Never fails. */
  async noteOf(
    { tool }: CatalogueEntry,
    { undo }: PlannedCall,
    { caller, log }: { caller: Caller; log: Logger },
  ): Promise<UndoNote | undefined> {
    const { undo: decision } = tool;
    if (decision === undefined || "none" in decision) return undefined;
    if ("instead" in decision) return { instead: decision.instead };
    const customer = customerIdOf(caller.identity);
    // A caller who can't use a receipt gets none.
    const mayUndo = this.#options.catalogue.lookUp(UNDO_CHANGE, caller).kind === "found";
    if (undo === undefined || customer === undefined || !mayUndo) return undefined;
    const { after, arguments: args, tool: name = tool.name } = undo.reverse();
    const before = pick(undo.state, Object.keys(after));
    if (differing(before, after).length === 0) return undefined;
    if (args === undefined || !this.#isCallable({ name, args }, caller)) return { none: NOT_EXACT };
    const change = { tool: name, arguments: args, before, after, changed_by: tool.name, request_id: caller.requestId };
    const kept = await this.#options.receipts.keep(change, customer, caller).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
      log.debug("a receipt could not be kept", { error });
      return null;
    });
    if (kept === null) return { none: NOT_KEPT };
    if (kept === undefined) return { none: NOT_EXACT };
    return { receipt: kept.id, until: timeOf(kept.receipt.until), does: DOES };
  }

  /** Whether the caller may make the call, and its arguments are ones that the tool takes. */
  #isCallable({ name, args }: NamedCall, caller: Caller): boolean {
    const found = this.#options.catalogue.lookUp(name, caller);
    if (found.kind !== "found") return false;
    const { tool, declared } = found.entry;
    return unfitTexts(name, args, declared, caller.secrets) === undefined && !(tool.prepare(args) instanceof Error);
  }
}

const DOES = "undo_change with it takes this change back.";
const NOT_KEPT = "The change was made, but its receipt could not be kept: undo_change can't take it back.";
const NOT_EXACT = "What was there before can't be sent back exactly: undo_change can't take this change back.";

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function ifStoreFails(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}

/** The same for a receipt that never was, is another's, has expired or is used. */
function noSuchReceipt(): ToolError {
  return new ToolError("not_found", "There is no such receipt, or it is used or too old.", {
    hint:
      "Nothing was done. A receipt stands in the answer of the change (undo.receipt), is good for 24 hours and for " +
      "one use. Look at the present state, and change it back with the tool that changed it.",
    done: "nothing",
  });
}

function alreadyAsBefore(before: object): ToolError {
  return new ToolError("validation_failed", "Nothing to take back: it is already as it was before that change.", {
    hint: "Nothing was done, and nobody was asked. Tell the user.",
    details: { present: before },
    done: "nothing",
  });
}

function receiptNotTaken(cause: StoreError): ToolError {
  return new ToolError("store_unavailable", "The receipt could not be used up, so the change was not taken back.", {
    hint: "Nothing was sent. Try again in a minute; if it stays, tell the operator of this server.",
    done: "nothing",
    cause,
  });
}
