/** Checks what a call says of a channel: its kind, its events, and where it sends to. */
import * as z from "zod";
import { declare } from "../../confirm/declared_input.ts";
import { ToolError } from "../../errors.ts";
import { notKnown } from "../define/known_values.ts";
import { domainName, emailAddress } from "../define/validators.ts";
import { type ChannelChoices, EMAIL_KIND, type Named, nameIn } from "./channel_list.ts";

/** `https`, a host by its name, perhaps a port, and printable characters: nothing that programs read in two ways. */
const WEB_ADDRESS = /^https:\/\/([A-Za-z0-9.-]+)(?::\d{1,5})?(?:[/?][!-;=?-[\]_a-z~]*)?$/;

function isWebAddress(text: string): boolean {
  return domainName.safeParse(WEB_ADDRESS.exec(text)?.[1]).success && URL.canParse(text);
}

/** The inputs that say where a channel sends to: one of them, by its kind. */
export const placeInput = {
  email: emailAddress.optional().describe("For the kind Email: who gets the alerts."),
  webhook_url: z.string().min(1).max(1000).refine(isWebAddress, "must be a web address that begins with https://")
    .meta(declare({ secret: true })).optional()
    .describe("For every other kind: the web address that Slack or another service gave the user."),
};

/** The place that a call gives. */
export interface GivenPlace {
  email?: string | undefined;
  webhook_url?: string | undefined;
}

/**
 * Where a channel of a kind is to send to.
 *
 * @param present Where it sends to now, if it exists.
 * @throws {ToolError} `invalid_arguments`, where an address is missing, or is not of this kind.
 */
export function placeFor(
  kind: number,
  { email, webhook_url }: GivenPlace,
  present: { email: string; url: string } = { email: "", url: "" },
): { email: string; url: string } {
  const isEmail = kind === EMAIL_KIND;
  const [wanted, other] = isEmail ? ["email", "webhook_url"] : ["webhook_url", "email"];
  const [given, wrong] = isEmail ? [email, webhook_url] : [webhook_url, email];
  if (wrong !== undefined) throw wrongPlace(String(other), `is not for this kind of channel, which takes ${wanted}`);
  const place = given ?? (isEmail ? present.email : present.url);
  if (place === "") throw wrongPlace(String(wanted), "is needed for this kind of channel");
  return isEmail ? { email: place, url: "" } : { email: "", url: place };
}

function wrongPlace(argument: string, problem: string): ToolError {
  return new ToolError("invalid_arguments", `${argument}: ${problem}.`, {
    hint: "Nothing was done, and nobody was asked.",
    details: { problems: [{ argument, problem }] },
    done: "nothing",
  });
}

/** How a name of a kind is compared: `E-Mail` is `Email`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/**
 * The kind of channel that a name stands for.
 *
 * @throws {ToolError} `invalid_arguments`, with the known names.
 */
export function kindNamed({ kinds }: ChannelChoices, name: string): Named {
  const found = kinds.find((kind) => plain(kind.name) === plain(name));
  if (found !== undefined) return found;
  throw notKnown({ argument: "kind", what: "kind of channel", known: kinds.map((kind) => kind.name) });
}

/** @throws {ToolError} `invalid_arguments`, with the known ids, for an event that Cloudways doesn't have. */
export function requireEvents({ events }: ChannelChoices, argument: string, ids: readonly number[] = []): void {
  if (ids.every((id) => events.some((event) => event.id === id))) return;
  throw notKnown({ argument, what: "id of an event", known: events.map(({ id }) => String(id)) });
}

/** Events by name for a person, with their ids where Cloudways gives no name. */
export function eventNames({ events }: ChannelChoices, ids: readonly number[]): string[] {
  return ids.map((id) => nameIn(events, id));
}
