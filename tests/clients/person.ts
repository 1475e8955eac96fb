/** The person behind a client without forms: reads the tool's answer, opens the address in it, and approves. */
export interface Person extends AsyncDisposable {
  /** Drivers post the text of a tool's answer here; 200 means approved. */
  readonly url: string;
}

const APPROVAL_ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/approve\/[\w-]+/;

/** The approval address in a text. */
export function approvalAddressIn(text: string): string | undefined {
  return APPROVAL_ADDRESS.exec(text)?.[0];
}

/** Approves on the page that a text links to; returns whether that worked. */
export async function approve(text: string): Promise<boolean> {
  const address = approvalAddressIn(text);
  if (address === undefined) return false;
  const page = await fetch(address);
  await page.body?.cancel();
  const response = await fetch(address, {
    method: "POST",
    headers: { origin: new URL(address).origin, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ decision: "approve" }),
    redirect: "manual",
  });
  await response.body?.cancel();
  return response.status < 400;
}

/** Starts the address at which drivers in any language reach the person. */
export function startPerson(): Person {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const approved = await approve(await request.text());
    return new Response(approved ? "approved" : "no address in the text", { status: approved ? 200 : 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
