/** What answers a command, without its line end, or undefined for the usual answer. */
export type Script = (name: string, args: readonly string[]) => string | undefined;

/** A fake Redis that stores nothing and gives any reply that a test wants, right or wrong. */
export interface ScriptedRedis extends AsyncDisposable {
  url: string;
  /** Its replies from now on. */
  script: Script;
  /** The names of the commands that have come so far, in small letters. */
  readonly commands: readonly string[];
}

/** Starts one, by default on a free port. */
export function startScriptedRedis(script: Script = () => undefined, port = 0): ScriptedRedis {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const connections = new Set<Deno.Conn>();
  const commands: string[] = [];
  const redis: ScriptedRedis = {
    url: `redis://127.0.0.1:${listener.addr.port}`,
    script,
    commands,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) connection.close();
      await Promise.allSettled([accepting, ...serving]);
    },
  };
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.add(connection);
      serving.push(serve(connection, redis, commands).finally(() => connections.delete(connection)));
    }
  })();
  return redis;
}

async function serve(connection: Deno.Conn, redis: ScriptedRedis, commands: string[]): Promise<void> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let unread = "";
  for await (const bytes of connection.readable) {
    unread += decoder.decode(bytes, { stream: true });
    for (let next = readCommand(unread); next !== undefined; next = readCommand(unread)) {
      unread = next.rest;
      const [name = "", ...args] = next.words;
      commands.push(name.toLowerCase());
      const answer = redis.script(name.toLowerCase(), args) ?? usualAnswer(name.toLowerCase(), args);
      await connection.write(encoder.encode(`${answer}\r\n`));
    }
  }
}

/** The first complete command in an ASCII text; the tests send only ASCII. */
function readCommand(text: string): { words: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let rest = text.slice(head[0].length);
  const words: string[] = [];
  while (words.length < Number(head[1])) {
    const size = /^\$(\d+)\r\n/.exec(rest);
    const length = Number(size?.[1]);
    if (size === null || rest.length < size[0].length + length + 2) return undefined;
    words.push(rest.slice(size[0].length, size[0].length + length));
    rest = rest.slice(size[0].length + length + 2);
  }
  return { words, rest };
}

/** As an empty Redis answers; of the scripts it knows only the bucket, which is always full. */
function usualAnswer(name: string, args: readonly string[]): string {
  switch (name) {
    case "ping":
      return "+PONG";
    case "info":
      return "$9\r\nloading:0";
    case "xadd":
      return "$3\r\n1-0";
    case "type":
      return "+stream";
    case "pexpire":
      return ":1";
    case "time":
      return "*2\r\n$1\r\n1\r\n$1\r\n1";
    case "get":
    case "getdel":
      return "$-1";
    case "getrange":
      return "$0\r\n";
    case "del":
    case "publish":
      return ":0";
    case "xrevrange":
      return "*0";
    case "evalsha":
    case "eval":
      return "*3\r\n:1\r\n:10\r\n:0";
    case "subscribe":
    case "unsubscribe":
      return `*3\r\n$${name.length}\r\n${name}\r\n$${args[0]?.length}\r\n${args[0]}\r\n:1`;
    default:
      return "+OK";
  }
}
