/** The addresses of signing in. All are below the public URL; no header of a request changes them. */
import { getOAuthProtectedResourceMetadataUrl } from "@modelcontextprotocol/server";
import type { Resource } from "../../sign_in/authorization.ts";
import { canonicalAddress, isMcpAddress, readAddress } from "../mcp_address.ts";

/** The folder of everything that has to do with signing in. */
export const CONNECT = "/connect";

/** Whether MCP is served at a path for those who signed in. */
export function isConnectAddress(pathname: string): boolean {
  return pathname.startsWith(`${CONNECT}/mcp`) && isMcpAddress(pathname.slice(CONNECT.length));
}

/** The addresses as clients and people see them. */
export class SignInAddresses {
  /** The public URL, without a trailing slash. */
  readonly #base: string;

  constructor(publicUrl: URL) {
    this.#base = publicUrl.href.replace(/\/$/, "");
  }

  /** The issuer of tokens, and the page where people see their connections. */
  get issuer(): string {
    return this.#base + CONNECT;
  }

  /** The path of the public URL, which a proxy may or may not take away; empty for most. */
  get basePath(): string {
    return new URL(this.#base).pathname.replace(/\/$/, "");
  }

  /** An endpoint, such as `token`. */
  endpoint(name: "authorize" | "register" | "token" | "revoke"): string {
    return `${this.issuer}/${name}`;
  }

  /** The resource that is served at a path; undefined if the path names toolsets that don't exist, or is none of ours. */
  resourceAt(pathname: string): Resource | undefined {
    if (!isConnectAddress(pathname)) return undefined;
    const address = pathname.slice(CONNECT.length);
    try {
      const { readOnly = false } = readAddress(address);
      return { url: this.issuer + canonicalAddress(address), readOnly };
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The resource that a client names by its URL; the usual one if it names none. */
  resourceOf(text: string | undefined): Resource | undefined {
    if (text === undefined) return this.resourceAt(`${CONNECT}/mcp`);
    const url = URL.parse(text);
    const base = new URL(this.#base);
    if (url === null || url.origin !== base.origin || /[?#@]/.test(text)) return undefined;
    const path = url.pathname;
    return path.startsWith(this.basePath) ? this.resourceAt(path.slice(this.basePath.length)) : undefined;
  }

  /** Where the metadata of a resource is. */
  metadataOf({ url }: Resource): string {
    return getOAuthProtectedResourceMetadataUrl(new URL(url));
  }
}
