import assert from "node:assert/strict";
import { isRedirect, matchesRedirect, redirectPlace, withParameters } from "../../src/identity/redirects.ts";

const GOOD = [
  "https://claude.ai/api/mcp/auth_callback",
  "https://chatgpt.com/connector_platform_oauth_redirect?from=x",
  "http://localhost/callback",
  "http://127.0.0.1:33418/",
  "http://[::1]:8080/cb",
  "cursor://anysphere.cursor-retrieval/oauth/cb",
  "vscode://vscode.github-authentication/did-authenticate",
  "claude://cb",
  "com.example.app:/oauth",
];

const BAD = [
  "javascript:alert(1)",
  "JavaScript://x/%0aalert(1)",
  "data:text/html,x",
  "file:///etc/passwd",
  "vbscript:x",
  "about:blank",
  "blob:https://a.example.com/1",
  "ws://a.example.com/",
  "unknown://cb",
  "http://a.example.com/callback",
  "http://localhost.example.com/",
  "http://127.0.0.1.example.com/",
  "http://127.0.0.2/",
  "https://user@a.example.com/",
  "https://user:word@a.example.com/",
  "https://a.example.com/#fragment",
  "https://a.example.com\\@b.example.com/",
  "https:a.example.com",
  "https:/a.example.com",
  "https://",
  "/callback",
  "//a.example.com/",
  " https://a.example.com/",
  "https://a.example.com/\n",
  "https://a.example.com/ä",
  "",
  `https://a.example.com/${"x".repeat(500)}`,
];

for (const text of GOOD) {
  Deno.test(`${text} may be a redirect`, () => assert.equal(isRedirect(text), true));
}

for (const text of BAD) {
  Deno.test(`${JSON.stringify(text.slice(0, 60))} may be no redirect`, () => assert.equal(isRedirect(text), false));
}

/** What a client registered, what it names, and whether that is the same. */
const PAIRS: readonly (readonly [string, string, boolean])[] = [
  ["https://a.example.com/cb", "https://a.example.com/cb", true],
  ["https://a.example.com/cb", "https://a.example.com/cb?x=1", false],
  ["https://a.example.com/cb", "https://a.example.com/cb/", false],
  ["https://a.example.com/cb", "https://a.example.com/cb/../x", false],
  ["https://a.example.com/cb", "https://A.example.com/cb", false],
  ["https://a.example.com/cb", "https://a.example.com:444/cb", false],
  ["https://a.example.com/cb", "https://a.example.com.evil.example/cb", false],
  ["http://127.0.0.1/cb", "http://127.0.0.1:5000/cb", true],
  ["http://127.0.0.1:1/cb", "http://127.0.0.1:5000/cb", true],
  ["http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true],
  ["http://127.0.0.1/cb", "http://localhost/cb", false],
  ["http://127.0.0.1/cb", "http://127.0.0.1:5000/other", false],
  ["http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false],
  ["http://127.0.0.1/cb", "http://127.0.0.1:5000@evil.example/cb", false],
  ["cursor://a/cb", "cursor://b/cb", false],
  ["javascript:alert(1)", "javascript:alert(1)", false],
];

for (const [registered, given, same] of PAIRS) {
  Deno.test(`${given} is ${same ? "the registered" : "not"} ${registered}`, () => {
    assert.equal(matchesRedirect(registered, given), same);
  });
}

Deno.test("parameters are added to a redirect as it is, and can't change where it leads", () => {
  const value = "a&b=c#d e\r\nLocation: x";

  const plain = withParameters("https://a.example.com/cb", { state: value, code: "1", nothing: undefined });
  const withQuery = withParameters("https://a.example.com/cb?x=%20", { code: "1" });

  assert.equal(new URL(plain).searchParams.get("state"), value);
  assert.equal(new URL(plain).hash, "");
  assert.equal(plain.includes("nothing"), false);
  assert.equal(withQuery, "https://a.example.com/cb?x=%20&code=1");
});

Deno.test("people see the host of a redirect, or the scheme of a program", () => {
  assert.equal(redirectPlace("https://claude.ai/x"), "claude.ai");
  assert.equal(redirectPlace("http://127.0.0.1:9/x"), "127.0.0.1:9");
  assert.equal(redirectPlace("cursor://a/b"), "cursor:");
});
