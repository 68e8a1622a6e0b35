import { ACTIONS } from "../actions/catalogue.js";
import type { EmulatorControl } from "../control/emulator-control.js";
import { ADVANCE, FAULT_ID } from "../control/control-schemas.js";
import {
  ControlInputError,
  stringEnum,
  parse,
  nonEmptyString,
} from "../schema.js";
import { SEED_CHOICE } from "../control/seed-schemas.js";
import { COMMON_FAULTS } from "./common-faults.js";

/** Handler of a form. */
type UiAction = (control: EmulatorControl, fields: URLSearchParams) => void;

const COMMON = stringEnum(Object.keys(COMMON_FAULTS));
const OPERATION = stringEnum(["*", ...ACTIONS.keys()]);

const field = (fields: URLSearchParams, name: string): string =>
  parse(nonEmptyString(), fields.get(name), name);

const verification = (fields: URLSearchParams) => ({
  contactId: field(fields, "contactId"),
  target: field(fields, "target"),
});

/** Form handlers, by the last segment of the form's URL. */
export const UI_ACTIONS: Readonly<Record<string, UiAction>> = {
  reset: (control) => control.reset(),
  seed: (control, fields) =>
    control.seed(parse(SEED_CHOICE, field(fields, "seed"), "seed")),
  advance: (control, fields) => {
    control.advanceClock(
      parse(ADVANCE, { ms: Number(field(fields, "ms")) }).ms,
    );
  },
  confirm: (control, fields) =>
    control.confirmVerification(verification(fields)),
  expire: (control, fields) => control.expireVerification(verification(fields)),
  "clear-outbox": (control) => control.clearOutbox(),
  "add-fault": (control, fields) => {
    const common = COMMON_FAULTS[parse(COMMON, fields.get("fault"), "fault")];
    if (common === undefined) throw new ControlInputError("fault is unknown");
    control.addFault({
      ...common.fault,
      operation: parse(OPERATION, fields.get("operation"), "operation"),
    });
  },
  "clear-fault": (control, fields) =>
    control.clearFaults(
      parse(FAULT_ID, Number(field(fields, "faultId")), "faultId"),
    ),
  "clear-faults": (control) => control.clearFaults(),
  "clear-calls": (control) => control.clearCalls(),
  // Sent by the gateway, before it redirects a browser to the page.
  "link-gateway": (control, fields) =>
    control.linkGateway(field(fields, "url")),
};
