import { describe, expect, it } from "@jest/globals";
import { DEFINITIONS } from "../../../src/commands/cli/definition.js";
import { optionKeptByNpm } from "../../../src/commands/cli/npm-options.js";

describe("an option that npm keeps for itself", () => {
  const { contacts, seed } = DEFINITIONS;

  it("is found in the variables that npm sets", () => {
    const environment = { npm_config_fail_on_gaps: "true" };
    expect(optionKeptByNpm(contacts, {}, environment)).toBe("fail-on-gaps");
    expect(optionKeptByNpm(contacts, {}, { npm_config_older: "7d" })).toBe(
      "older",
    );
  });

  it("is none if the command has it as well, as in a script that calls another", () => {
    const options = { "fail-on-gaps": true } as const;
    const environment = { npm_config_fail_on_gaps: "true" };
    expect(optionKeptByNpm(contacts, options, environment)).toBeNull();
  });

  it("is none for npm's own settings, empty variables and other commands", () => {
    const environment = {
      npm_config_json: "true",
      npm_config_yes: "true",
      npm_config_prune: "",
      npm_config_older: "7d",
    };
    expect(optionKeptByNpm(seed, {}, environment)).toBeNull();
    expect(optionKeptByNpm(contacts, { older: "7d" }, environment)).toBeNull();
  });
});
