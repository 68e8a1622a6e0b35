import { createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { KeyedHash } from "../../../../src/upstream/reads/keyed-hash.js";

const lengths = [0, 1, 31, 32, 63, 64, 65, 200, 5_000];

describe("keyed hash", () => {
  it.each(lengths)("equals HMAC-SHA256 of a text of length %s", (length) => {
    for (const sign of ["x", "é", "张", "😀"]) {
      for (const secret of ["", "secret", "k".repeat(64), "键".repeat(50)]) {
        const text = sign.repeat(length);
        expect(new KeyedHash(secret).of(text)).toBe(
          createHmac("sha256", secret).update(text).digest("base64url"),
        );
      }
    }
  });

  it("does not depend on earlier calls", () => {
    const keyed = new KeyedHash("secret");
    const first = keyed.of("a long text".repeat(100));
    keyed.of("b");
    expect(keyed.of("a long text".repeat(100))).toBe(first);
  });
});
