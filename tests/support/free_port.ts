/** Ports that the system gives to nobody by itself: Linux begins at 32,768. */
const FIRST = 12_000;
const LAST = 32_000;
const BLOCK = 100;

let block: Block | undefined;

/**
 * A port of 127.0.0.1 that is free, and that no other test file, program or outgoing connection takes meanwhile: another
 * program can listen there later. Each file has its own block of ports.
 */
export function freePort(): number {
  block ??= claimBlock();
  for (let tried = 1; tried < BLOCK; tried++) {
    const port = block.next();
    if (isFree(port)) return port;
  }
  throw new Error(`All ports of the block at ${block.start} are in use.`);
}

/** A block of ports. Its first port is in use for as long as the block is taken. */
class Block {
  #given = 0;

  constructor(readonly claim: Deno.TcpListener, readonly start: number) {}

  next(): number {
    return this.start + 1 + this.#given++ % (BLOCK - 1);
  }
}

/** The system ends the claim with the worker that has it. */
function claimBlock(): Block {
  for (let start = FIRST; start < LAST; start += BLOCK) {
    const claim = listenAt(start);
    claim?.unref();
    if (claim !== undefined) return new Block(claim, start);
  }
  throw new Error(`All blocks of ports from ${FIRST} to ${LAST} are taken.`);
}

function isFree(port: number): boolean {
  using listener = listenAt(port);
  return listener !== undefined;
}

function listenAt(port: number): Deno.TcpListener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}
