import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import { ApprovalCodes, passphraseScope } from "../confirm/code.ts";
import type { Box } from "../crypto/box.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import { redirectPlace } from "../identity/redirects.ts";
import type { Store } from "../store/store.ts";
import { type Authorization, authorizationSchema } from "./authorization.ts";
import type { ConnectionBounds } from "./connection_bounds.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { Grants } from "./grants.ts";
import { SealedTexts } from "./sealed_texts.ts";

/** How long a person may take. */
const FORM_MS = 20 * 60_000;

const DAY_MS = 24 * 3600_000;

/** How long a connection may last: a day, thirty days, or until it is ended. */
export const DURATIONS = { day: DAY_MS, month: 30 * DAY_MS, always: undefined } as const;

/** One of {@linkcode DURATIONS}. */
export type Duration = keyof typeof DURATIONS;

const formSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  asked: authorizationSchema,
  /** The account that the person wants to connect, once Cloudways has accepted its token. */
  account: z.object({ customer: z.string(), token: z.string() }).exactOptional(),
  expiresAt: z.number(),
});

/** The state of a consent page, which its form carries, sealed. */
export type ConsentForm = z.output<typeof formSchema>;

/** The account that a person connects. */
export type ConsentAccount = NonNullable<ConsentForm["account"]>;

/** What a person chooses on the consent page. */
export interface Choice {
  bounds: ConnectionBounds;
  duration: Duration;
  /** Typed on the approval page, to approve. */
  passphrase: string | undefined;
}

/** What became of a consent. */
export type Agreed =
  | { kind: "agreed"; code: string; connection: Connection }
  /** `used`: this form was sent before. `too_many`: the account has too many connections. */
  | { kind: "used" | "too_many" };

/** What {@linkcode Consents} need. */
export interface ConsentsOptions {
  box: Box;
  ring: KeyRing;
  store: Store;
  clock: Clock;
  connections: Connections;
  grants: Grants;
}

/** Consent pages. Their state is in their forms, so that strangers leave nothing in the store. */
export class Consents {
  readonly #options: ConsentsOptions;
  readonly #forms: SealedTexts<ConsentForm>;
  readonly #codes: ApprovalCodes;

  constructor(options: ConsentsOptions) {
    this.#options = options;
    this.#forms = new SealedTexts({ ...options, purpose: "consent", schema: formSchema });
    this.#codes = new ApprovalCodes(options.ring);
  }

  /** The sealed state of a new page. */
  begin(asked: Authorization): Promise<string> {
    const id = crypto.getRandomValues(new Uint8Array(16)).toHex();
    return this.#forms.seal({ id, asked, expiresAt: this.#options.clock.now() + FORM_MS });
  }

  /** The sealed state of a page whose account is known. */
  withAccount(form: ConsentForm, account: ConsentAccount): Promise<string> {
    return this.#forms.seal({ ...form, account });
  }

  /** The state of a page; undefined if it is not genuine, or the person took too long. */
  open(text: string): Promise<ConsentForm | undefined> {
    return this.#forms.open(text);
  }

  /** Makes the connection that a person agreed to, and the code for its client. */
  async agree(form: ConsentForm, account: ConsentAccount, choice: Choice): Promise<Agreed> {
    const { store, connections, clock, grants } = this.#options;
    const { customer, token } = account;
    const { asked } = form;
    const usedKey = { purpose: "consent_used", customer, name: form.id } as const;
    if (!await store.set(usedKey, "used", { ttlMs: FORM_MS, ifAbsent: true })) return { kind: "used" };
    const bounds = { ...choice.bounds, readOnly: choice.bounds.readOnly || asked.readOnly };
    const lifeMs = DURATIONS[choice.duration];
    const connection = await connections.add(customer, {
      client: asked.clientName,
      place: redirectPlace(asked.redirect),
      bounds,
      endsAt: lifeMs === undefined ? null : clock.now() + lifeMs,
    });
    if (connection === undefined) {
      await store.delete(usedKey);
      return { kind: "too_many" };
    }
    const code = await grants.issueCode({
      grant: {
        customer,
        connection: connection.id,
        token,
        bounds,
        resource: asked.resource,
        client: await grants.clientDigest(asked.clientId),
        ...choice.passphrase !== undefined && {
          passphrase: await this.#codes.digest(passphraseScope(connection.id), choice.passphrase),
        },
      },
      redirect: asked.redirect,
      challenge: asked.challenge,
    });
    return { kind: "agreed", code, connection };
  }
}
