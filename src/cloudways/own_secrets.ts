import { type Credential, traitsOf } from "../identity/credential.ts";
import { SecretHider } from "../text/redaction/hider.ts";

/**
 * Hiders of the secrets in credentials. The forms of a secret are made once for each credential, and are gone with it:
 * nothing is kept here that nobody else keeps.
 */
export class OwnSecrets {
  readonly #hiders = new WeakMap<Credential, SecretHider>();

  /**
   * A hider for one request. It leaves literals in queries, since a tool may be asked to show them; they are hidden where
   * results are made.
   */
  of(credential: Credential): SecretHider {
    const kept = this.#hiders.get(credential) ?? this.#make(credential);
    return kept.again();
  }

  #make(credential: Credential): SecretHider {
    const hider = new SecretHider(traitsOf(credential).secrets, undefined, { showLiterals: true });
    this.#hiders.set(credential, hider);
    return hider;
  }
}
