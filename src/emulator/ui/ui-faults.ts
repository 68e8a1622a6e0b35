import type { EmulatorControl } from "../control/emulator-control.js";
import { COMMON_FAULTS } from "./common-faults.js";
import { html, type Html } from "./html.js";
import { button, section, select, table } from "./ui-parts.js";

/** The scripted faults, and a form that adds a predefined one. */
export function faultsSection(
  control: EmulatorControl,
  operations: readonly string[],
): Html {
  const faults = control.faults();
  const form = html`<form method="post" action="ui/add-fault">
      ${select(
        "fault",
        "Fault",
        Object.entries(COMMON_FAULTS).map(([name, { label }]) => [name, label]),
      )}${select("operation", "Operation", [
        ["*", "All operations"],
        ...operations.map((name) => [name, name] as const),
      ])}<button>Add fault</button>
    </form>
    ${button("clear-faults", "Remove all faults")}`;
  return section(
    "faults",
    "Faults",
    `${faults.length} scripted`,
    form,
    table(
      ["#", "Effect", "Operation", "When", "Applied to", ""],
      faults.map((fault) => [
        String(fault.faultId),
        String(fault.faultId),
        html`${fault.effect}${
          fault.effect === "error" ? html` <code>${fault.code}</code>` : ""
        }${fault.ms === 0 ? "" : ` ${fault.ms} ms`}${
          fault.probability < 1 ? `, probability ${fault.probability}` : ""
        }`,
        fault.operation,
        fault.when,
        fault.times === null
          ? `${fault.met} (unlimited)`
          : `${fault.met} of ${fault.times}`,
        button(
          "clear-fault",
          "Remove",
          { faultId: String(fault.faultId) },
          `fault ${fault.faultId}`,
        ),
      ]),
      "No faults are scripted.",
    ),
  );
}
