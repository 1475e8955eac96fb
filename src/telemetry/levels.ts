import type { LogLevel as TapeLevel } from "@logtape/logtape";
import type { LogLevel } from "../config.ts";

/** How grave a line is. */
export class Level {
  /** Its name in LogTape. */
  readonly name: TapeLevel;
  /** Graver levels have higher ranks. */
  readonly rank: number;
  /** What stands after the time in a line of JSON. */
  readonly json: string;

  constructor(name: TapeLevel, rank: number) {
    this.name = name;
    this.rank = rank;
    this.json = `","level":"${name.toUpperCase()}",`;
  }
}

/** The levels by their names in the configuration. */
export const LEVELS = {
  DEBUG: new Level("debug", 0),
  INFO: new Level("info", 1),
  WARNING: new Level("warning", 2),
  ERROR: new Level("error", 3),
} as const satisfies Record<LogLevel, Level>;
