import { callProperties } from "./calls.ts";
import { configurationProperties } from "./configuration.ts";
import { leanPathProperties } from "./lean_path.ts";
import { messageProperties } from "./messages.ts";
import { parserProperties } from "./parsers.ts";
import type { FuzzProperty } from "./property.ts";
import { sealedProperties } from "./sealed.ts";
import { storedProperties } from "./stored.ts";
import { textProperties } from "./texts.ts";
import { upstreamProperties } from "./upstream.ts";

/** Every property. */
export const allProperties: readonly FuzzProperty[] = [
  ...sealedProperties,
  ...configurationProperties,
  ...textProperties,
  ...parserProperties,
  ...messageProperties,
  ...leanPathProperties,
  ...callProperties,
  ...upstreamProperties,
  ...storedProperties,
];
