/** Loads `uncaught.ts` before `serve.ts`, since `deno serve` loads nothing before its module. */
import "./uncaught.ts";
export { default } from "../../serve.ts";
