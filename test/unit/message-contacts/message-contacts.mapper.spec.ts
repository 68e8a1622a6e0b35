import { describe, expect, it } from "@jest/globals";
import { toLocalDateTime } from "../../../src/message-contacts/message-contacts.mapper.js";

describe("a date of the vendor", () => {
  it.each(["2023-03-27 17:19:21", "2023-03-27T17:19:21"])(
    "becomes a date and time without a time zone: %s",
    (text) => {
      expect(toLocalDateTime(text)).toBe("2023-03-27T17:19:21");
    },
  );

  it.each([
    ...["", "2023-03-27", "2023-03-27T17:19:21Z", "2023-03-27 17:19:21+08:00"],
    ...["2023-03-27 17:19:21\n", " 2023-03-27 17:19:21", null, 1, { at: 1 }],
  ])("is null when it has another form: %j", (text) => {
    expect(toLocalDateTime(text)).toBeNull();
  });
});
