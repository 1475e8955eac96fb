/** Attacks on signing in. Each ends without a token, without a second use of a code, and without a redirect elsewhere. */
import assert from "node:assert/strict";
import type { Service } from "../support/harness.ts";
import {
  askForTokens,
  authorizationUrl,
  callAtDoor,
  checkToken,
  choose,
  consent,
  formOf,
  offeredToolsets,
  PASTED,
  PKCE,
  postForm,
  redeem,
  REDIRECT,
  refresh,
  register,
  signIn,
  startSignIn,
  type TokenAnswer,
  visit,
  type Visited,
} from "../support/sign_in.ts";

/** What an attacker got, in words; empty if they got nothing. */
type Gains = string[];

/** What a page gave away: a code, or a redirect to somewhere else than the client. */
function gainsOf(...pages: Visited[]): Gains {
  return pages.flatMap(({ status, location }) => {
    if (location === null) return status >= 300 && status < 400 ? ["a redirect to nowhere"] : [];
    const isElsewhere = !location.startsWith(`${REDIRECT}?`);
    return [
      ...(isElsewhere ? [`a redirect to ${location}`] : []),
      ...(/[?&]code=/.test(location) ? ["a code"] : []),
    ];
  });
}

function tokensOf(...answers: TokenAnswer[]): Gains {
  return answers.filter(({ status, access }) => status === 200 || access !== "").map(() => "a token");
}

/** Which calls at the door were served. */
function servedOf(...calls: { status: number }[]): Gains {
  return calls.filter(({ status }) => status !== 401).map(({ status }) => `a call was answered with ${status}`);
}

/** How many connections the account has. */
async function connections(service: Service): Promise<number> {
  const { html } = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
  return [...html.matchAll(/name="connection"/g)].length;
}

async function secondPage(service: Service, changes: Record<string, string | undefined> = {}): Promise<Visited> {
  const first = await visit(authorizationUrl(service, await register(service), changes));
  return await checkToken(service, first);
}

function connectFields(second: Visited): [string, string][] {
  return [
    ["form", formOf(second.html)],
    ["access", "write"],
    ["servers", "all"],
    ...offeredToolsets(second.html).map((name): [string, string] => ["toolset", name]),
    ["duration", "always"],
    ["step", "connect"],
  ];
}

/** A code of a client, ready to be redeemed. */
async function codeOf(service: Service, clientId: string): Promise<string> {
  return (await consent(service, authorizationUrl(service, clientId))).searchParams.get("code") ?? "";
}

/** The code with which a page sends the browser back. */
function codeIn({ location }: Visited): string {
  return new URL(location ?? "").searchParams.get("code") ?? "";
}

const FOREIGN_ORIGINS: readonly Record<string, string>[] = [
  { origin: "https://evil.example" },
  { origin: "null" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
];

interface Attack {
  name: string;
  run: (service: Service) => Promise<Gains>;
  /** How many connections are left in the end. */
  leaves?: number;
}

const ATTACKS: readonly Attack[] = [
  {
    name: "CSRF: another site sends the consent form",
    run: async (service) => {
      const second = await secondPage(service);
      const path = "/connect/authorize";
      const sent = FOREIGN_ORIGINS.map((headers) => postForm(service, path, connectFields(second), headers));
      const without = visit(service.url + path, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(connectFields(second)),
      });
      return gainsOf(...await Promise.all([...sent, without]));
    },
  },
  {
    name: "CSRF: another site ends connections",
    run: async (service) => {
      await signIn(service);
      const page = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
      const fields: [string, string][] = [["form", formOf(page.html)], ["step", "end_all"]];
      await Promise.all(FOREIGN_ORIGINS.map((headers) => postForm(service, "/connect", fields, headers)));
      return await connections(service) === 1 ? [] : ["connections were ended"];
    },
    leaves: 1,
  },
  {
    name: "login fixation: the form of the attacker's own sign-in, sent by the browser of another person",
    run: async (service) => {
      const ofAttacker = await secondPage(service);
      return gainsOf(
        await postForm(service, "/connect/authorize", connectFields(ofAttacker), { origin: "https://evil.example" }),
      );
    },
  },
  {
    name: "clickjacking: the pages in a frame of another site",
    run: async (service) => {
      const pages = [
        await visit(authorizationUrl(service, await register(service))),
        await secondPage(service),
        await visit(`${service.url}/connect`),
      ];
      return pages.filter(({ headers }) =>
        headers.get("x-frame-options") !== "DENY" ||
        !(headers.get("content-security-policy") ?? "").includes("frame-ancestors 'none'")
      ).map(() => "a page that can be framed");
    },
  },
  {
    name: "replay: the consent form a second time",
    run: async (service) => {
      const second = await secondPage(service);
      const first = await choose(service, second);
      assert.equal(first.status, 303);
      return gainsOf(await choose(service, second));
    },
  },
  {
    name: "replay: a code a second time, which ends what it gave",
    run: async (service) => {
      const clientId = await register(service);
      const code = await codeOf(service, clientId);
      const first = await redeem(service, clientId, code);
      const second = await redeem(service, clientId, code);
      return [...tokensOf(second), ...servedOf(await callAtDoor(service, first.access))];
    },
  },
  {
    name: "code interception: without the verifier, and then with it",
    run: async (service) => {
      const clientId = await register(service);
      const code = await codeOf(service, clientId);
      const guessed = await redeem(service, clientId, code, { code_verifier: "x".repeat(43) });
      // The code has ended with the first try.
      return tokensOf(guessed, await redeem(service, clientId, code));
    },
  },
  {
    name: "code interception: the challenge as its own verifier",
    run: async (service) => {
      const clientId = await register(service);
      return tokensOf(
        await redeem(service, clientId, await codeOf(service, clientId), { code_verifier: PKCE.challenge }),
      );
    },
  },
  {
    name: "code interception: by another client",
    run: async (service) => {
      const code = await codeOf(service, await register(service));
      return tokensOf(await redeem(service, await register(service, { client_name: "Another" }), code));
    },
  },
  {
    name: "code interception: with another redirect",
    run: async (service) => {
      const clientId = await register(service, { redirect_uris: [REDIRECT, "http://127.0.0.1:9/other"] });
      const code = await codeOf(service, clientId);
      return tokensOf(await redeem(service, clientId, code, { redirect_uri: "http://127.0.0.1:9/other" }));
    },
  },
  {
    name: "PKCE downgrade: without a challenge, with plain, or with a malformed challenge",
    run: async (service) => {
      const clientId = await register(service);
      const changes: Record<string, string | undefined>[] = [
        { code_challenge: undefined },
        { code_challenge_method: undefined },
        { code_challenge_method: "plain" },
        { code_challenge: PKCE.challenge.slice(1) },
      ];
      const pages = await Promise.all(changes.map((change) => visit(authorizationUrl(service, clientId, change))));
      return [...gainsOf(...pages), ...pages.filter(({ html }) => html.includes('name="token"')).map(() => "a form")];
    },
  },
  {
    name: "open redirect: an address that the client did not register",
    run: async (service) => {
      const clientId = await register(service);
      const redirects = [
        "https://evil.example/",
        `${REDIRECT}/../evil`,
        `${REDIRECT}?next=https://evil.example`,
        "http://127.0.0.1:9@evil.example/callback",
        "http://localhost:9/callback",
        "javascript:alert(1)",
        undefined,
      ];
      const pages = await Promise.all(
        redirects.map((redirect_uri) => visit(authorizationUrl(service, clientId, { redirect_uri }))),
      );
      const twice = authorizationUrl(service, clientId);
      twice.searchParams.append("redirect_uri", "https://evil.example/");
      const all = [...pages, await visit(twice)];
      return [
        ...gainsOf(...all),
        ...all.filter(({ status }) => status !== 400).map(({ status }) => `status ${status}`),
      ];
    },
  },
  {
    name: "open redirect: errors of a client that anybody registered are shown, not sent on",
    run: async (service) => {
      const clientId = await register(service, { redirect_uris: ["https://evil.example/"] });
      const changes = [{ response_type: "token" }, { resource: "https://evil.example/" }, { code_challenge: "" }];
      return gainsOf(
        ...await Promise.all(
          changes.map((change) =>
            visit(authorizationUrl(service, clientId, { redirect_uri: "https://evil.example/", ...change }))
          ),
        ),
      );
    },
  },
  {
    name: "dangerous redirects can't be registered",
    run: async (service) => {
      const redirects = ["javascript:alert(1)", "data:text/html,x", "file:///x", "http://evil.example/", "custom://x"];
      const answers = await Promise.all(redirects.map(async (redirect) => {
        const response = await fetch(`${service.url}/connect/register`, {
          method: "POST",
          body: JSON.stringify({ redirect_uris: [REDIRECT, redirect] }),
        });
        const { error } = await response.json();
        return { status: response.status, error };
      }));
      return answers.filter(({ error }) => error !== "invalid_redirect_uri").map(({ status }) => `status ${status}`);
    },
  },
  {
    name: "a Cloudways token in a URL or a Referer",
    run: async (service) => {
      const clientId = await register(service);
      const prefilled = authorizationUrl(service, clientId, { token: PASTED });
      const page = await visit(prefilled);
      const second = await checkToken(service, page);
      const third = await choose(service, second);
      const shown = [page, second].filter(({ html }) => html.includes(PASTED)).map(() => "the token on a page");
      const sent = [third.location ?? ""].filter((url) => url.includes(PASTED)).map(() => "the token in a URL");
      const logged = service.logLines.filter((line) => line.includes(PASTED)).map(() => "the token in the log");
      const referred = [page, second, third].filter(({ headers }) =>
        !/^(same-origin|no-referrer)$/.test(headers.get("referrer-policy") ?? "")
      ).map(() => "a Referer");
      const actions = [page, second].filter(({ html }) => !/<form method="post" action="authorize"/.test(html));
      return [...shown, ...sent, ...logged, ...referred, ...actions.map(() => "a form with GET")];
    },
  },
  {
    name: "an access token in the URL of the door",
    run: async (service) => {
      const { tokens } = await signIn(service);
      return servedOf(await callAtDoor(service, "", { path: `/connect/mcp?access_token=${tokens.access}` }));
    },
    leaves: 1,
  },
  {
    name: "mix-up: the answer names this server, and a token for another server can't be asked for",
    run: async (service) => {
      const clientId = await register(service);
      const back = await consent(service, authorizationUrl(service, clientId));
      const cancelled = await postForm(service, "/connect/authorize", [
        ["form", formOf((await visit(authorizationUrl(service, clientId))).html)],
        ["step", "cancel"],
      ]);
      const issuers = [back, new URL(cancelled.location ?? "")].map((url) => url.searchParams.get("iss"));
      const others = ["https://other.example/connect/mcp", `${service.url}/mcp`, `${service.url}/connect/mcp#x`, ""];
      const pages = await Promise.all(
        others.map((resource) => visit(authorizationUrl(service, clientId, { resource }))),
      );
      return [
        ...issuers.filter((issuer) => issuer !== `${service.url}/connect`).map(() => "an answer without our name"),
        ...pages.filter(({ html }) => html.includes('name="token"')).map(() => "a form for another server"),
        ...gainsOf(...pages),
      ];
    },
  },
  {
    name: "a token at another address than its own",
    run: async (service) => {
      const wide = await signIn(service);
      const narrow = await signIn(service, { address: "/connect/mcp/readonly" });
      return servedOf(
        await callAtDoor(service, narrow.tokens.access, { path: "/connect/mcp" }),
        await callAtDoor(service, wide.tokens.access, { path: "/connect/mcp/readonly" }),
        await callAtDoor(service, wide.tokens.access, { path: "/connect/mcp/x/basic" }),
      );
    },
    leaves: 2,
  },
  {
    name: "one kind of sealed text in place of another",
    run: async (service) => {
      const { clientId, tokens } = await signIn(service);
      const page = await postForm(service, "/connect", [["token", PASTED], ["step", "token"]]);
      const form = formOf(page.html);
      const code = await codeOf(service, clientId);
      return [
        ...servedOf(
          await callAtDoor(service, tokens.refresh),
          await callAtDoor(service, form),
          await callAtDoor(service, code),
        ),
        ...tokensOf(
          await refresh(service, clientId, tokens.access),
          await refresh(service, clientId, form),
          await redeem(service, clientId, tokens.access),
          await redeem(service, clientId, tokens.refresh),
        ),
        ...gainsOf(await postForm(service, "/connect/authorize", [["form", form], ["step", "connect"]])),
      ];
    },
    leaves: 1,
  },
  {
    name: "a client id that is forged, or changed",
    run: async (service) => {
      const clientId = await register(service);
      const [record = "", signature = ""] = clientId.split(".");
      const evil = btoa(JSON.stringify({ n: "Evil", r: ["https://evil.example/"] })).replace(/=+$/, "");
      const ids = [`${evil}.${signature}`, `${record}.${"A".repeat(43)}`, record, "", "acme"];
      const pages = await Promise.all(
        ids.map((id) => visit(authorizationUrl(service, id, { redirect_uri: "https://evil.example/" }))),
      );
      const code = await codeOf(service, clientId);
      const answers = await Promise.all(ids.map((id) => redeem(service, id, code)));
      return [
        ...gainsOf(...pages),
        ...pages.filter(({ status }) => status !== 400).map(() => "a form"),
        ...tokensOf(...answers),
      ];
    },
  },
  {
    name: "Cloudways credentials at the door for those who signed in",
    run: async (service) => {
      const sent = [
        { "x-cloudways-access-token": PASTED },
        { "x-access-token": PASTED },
        { authorization: `Bearer ${PASTED}` },
        { authorization: `Basic ${btoa(`x:${PASTED}`)}` },
      ];
      return servedOf(...await Promise.all(sent.map((headers) => callAtDoor(service, "", { headers }))));
    },
  },
  {
    name: "our access token at the other door, from where nothing of it goes to Cloudways",
    run: async (service) => {
      const { tokens } = await signIn(service);
      const before = service.sandbox.requests.length;
      const { text } = await callAtDoor(service, tokens.access, { path: "/mcp" });
      return [
        ...(text.includes("authentication_required") ? [] : ["a call was served"]),
        ...(service.sandbox.requests.length === before ? [] : ["a request to Cloudways"]),
      ];
    },
    leaves: 1,
  },
  {
    name: "the last form without the check of the Cloudways token",
    run: async (service) => {
      const first = await visit(authorizationUrl(service, await register(service)));
      return gainsOf(await choose(service, first, { toolsets: ["basic"] }));
    },
  },
  {
    name: "a wrong Cloudways token",
    run: async (service) => {
      const first = await visit(authorizationUrl(service, await register(service)));
      const tokens = ["cw_wrong", "not a token", "", `${PASTED}x`, "cw_ä"];
      const pages = await Promise.all(tokens.map((token) => checkToken(service, first, token)));
      return [
        ...gainsOf(...pages),
        ...pages.filter(({ html }) => html.includes('value="connect"')).map(() => "a form"),
      ];
    },
  },
  {
    name: "more than the address and the scopes allow",
    run: async (service) => {
      const clientId = await register(service);
      const byScope = await consent(service, authorizationUrl(service, clientId, { scope: "cloudways:read" }), {
        access: "write",
      });
      const tokens = await redeem(service, clientId, byScope.searchParams.get("code") ?? "");
      const byAddress = await signIn(service, { address: "/connect/mcp/readonly", access: "write" });
      const stops = await Promise.all([
        callAtDoor(service, tokens.access, { tool: "restart_server", args: { server_id: 100001 } }),
        callAtDoor(service, byAddress.tokens.access, {
          tool: "restart_server",
          args: { server_id: 100001 },
          path: "/connect/mcp/readonly",
        }),
      ]);
      return stops.filter(({ text }) => !text.includes("read_only")).map(() => "a change");
    },
    leaves: 2,
  },
  {
    name: "a parameter that comes twice",
    run: async (service) => {
      const clientId = await register(service);
      const pages = await Promise.all(
        ["client_id", "redirect_uri", "state", "resource", "scope", "code_challenge", "response_type"].map((name) => {
          const url = authorizationUrl(service, clientId, { scope: "cloudways:read" });
          url.searchParams.append(name, url.searchParams.get(name) ?? "");
          return visit(url);
        }),
      );
      const code = await codeOf(service, clientId);
      const fields = new URLSearchParams({
        grant_type: "authorization_code",
        client_id: clientId,
        code,
        redirect_uri: REDIRECT,
        code_verifier: PKCE.verifier,
      });
      fields.append("code", code);
      const answer = await fetch(`${service.url}/connect/token`, { method: "POST", body: fields });
      const { error } = await answer.json();
      return [
        ...gainsOf(...pages),
        ...pages.filter(({ html }) => html.includes('name="token"')).map(() => "a form"),
        ...(error === "invalid_request" ? [] : ["a token"]),
      ];
    },
  },
  {
    name: "markup in what a client says of itself",
    run: async (service) => {
      const name = `<script>alert(1)</script>"'><img src=x>`;
      const url = authorizationUrl(service, await register(service, { client_name: name }), { state: name });
      const page = await visit(url);
      return page.html.includes("<script") || page.html.includes("<img") ? ["markup on a page"] : [];
    },
  },
  {
    name: "the cookie of a browser, with GET, twice, changed, or after its connection has ended",
    run: async (service) => {
      const clientId = await register(service);
      const second = await checkToken(service, await visit(authorizationUrl(service, clientId)));
      const made = await choose(service, second);
      const { refresh: token } = await redeem(service, clientId, codeIn(made));
      const cookie = (made.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
      const show = (sent: string) => postForm(service, "/connect", [["step", "cookie"]], { cookie: sent });
      assert.match((await show(cookie)).html, /customer_/);
      const alive = [
        await visit(`${service.url}/connect`, { headers: { cookie } }),
        await show(`${cookie}; ${cookie}`),
        await show(`${cookie}x`),
      ];
      await fetch(`${service.url}/connect/revoke`, {
        method: "POST",
        body: new URLSearchParams({ client_id: clientId, token }),
      });
      const pages = [...alive, await show(cookie)];
      return pages.filter(({ html }) => html.includes("customer_")).map(() => "an account's connections");
    },
  },
  {
    name: "grants of other kinds",
    run: async (service) => {
      const client_id = await register(service);
      const kinds = ["client_credentials", "password", "implicit", "urn:ietf:params:oauth:grant-type:token-exchange"];
      return tokensOf(
        ...await Promise.all(
          kinds.map((grant_type) =>
            askForTokens(service, { grant_type, client_id, username: "x", password: "y", subject_token: PASTED })
          ),
        ),
      );
    },
  },
];

for (const { name, run, leaves = 0 } of ATTACKS) {
  Deno.test(`nothing is gained by ${name}`, async () => {
    await using service = await startSignIn();

    const gains = await run(service);

    assert.deepEqual(gains, []);
    assert.equal(await connections(service), leaves);
  });
}
