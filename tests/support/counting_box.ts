import { Box } from "../../src/crypto/box.ts";

/** A box that counts what is opened. */
export class CountingBox extends Box {
  opened = 0;

  override open(...args: Parameters<Box["open"]>): Promise<string | undefined> {
    this.opened++;
    return super.open(...args);
  }
}
