/** The secrets of a credential are hidden in what Cloudways answers, and their forms are made once. */
import assert from "node:assert/strict";
import { OwnSecrets } from "../../src/cloudways/own_secrets.ts";
import type { Credential } from "../../src/identity/credential.ts";
import { PlatformCounter } from "../support/counted_work.ts";

const TOKEN = "cw_not/a+real=token";
const credentialOf = (token: string): Credential => ({ kind: "access_token", token });

Deno.test("the secrets of a credential are hidden in every form, for each request", () => {
  const own = new OwnSecrets();
  const credential = credentialOf(TOKEN);
  const echoes = [TOKEN, encodeURIComponent(TOKEN), btoa(TOKEN).slice(0, -2)];

  for (const hider of [own.of(credential), own.of(credential)]) {
    for (const echo of echoes) assert.doesNotMatch(hider.givenInText(`sent ${echo} here`), /cw_not|Y3dfbm90/);
  }
});

Deno.test("each credential has its own secrets", () => {
  const own = new OwnSecrets();
  const [one, other] = [own.of(credentialOf(TOKEN)), own.of(credentialOf("cw_of_somebody_else"))];

  assert.equal(other.givenInText(TOKEN), TOKEN);
  assert.equal(one.givenInText("cw_of_somebody_else"), "cw_of_somebody_else");
});

Deno.test("the forms of a secret are made once for its credential", () => {
  const own = new OwnSecrets();
  const credential = credentialOf(TOKEN);
  using counter = new PlatformCounter();
  const hide = () => own.of(credential).givenInText("a text that is longer than the secret");

  hide();
  const first = counter.take().secretForms;
  hide();
  const second = counter.take().secretForms;

  assert.equal(first, 1);
  assert.equal(second, 0);
});
