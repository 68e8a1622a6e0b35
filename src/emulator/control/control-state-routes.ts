import { route, routeWithBody, type ControlRoute } from "./control-route.js";
import * as shapes from "./control-shapes.js";
import { objectOf } from "../json.js";
import { SEED_CHOICE } from "./seed-input.js";
import { EMPTY_SEED } from "../contacts/seeds.js";

/** What the emulator starts from, holds and comes back to. */
export const STATE_ROUTES: readonly ControlRoute[] = [
  route({
    method: "POST",
    path: "/reset",
    operationId: "reset",
    sentence:
      "Back to how the emulator started: contacts, settings, keys, clock; no faults, no record.",
    answers: shapes.DONE,
    run: (control) => control.reset(),
  }),
  routeWithBody({
    method: "POST",
    path: "/seed",
    operationId: "seed",
    sentence: "Replaces directory and contacts, and empties the outbox.",
    takes: objectOf({ seed: SEED_CHOICE }),
    examples: {
      sample: { seed: "sample" },
      empty: { seed: "empty" },
      full: { seed: EMPTY_SEED },
    },
    answers: shapes.DONE,
    run: (control, { seed }) => control.seed(seed),
  }),
  route({
    method: "GET",
    path: "/snapshot",
    operationId: "takeSnapshot",
    sentence: "Contacts, settings, clock, outbox and deletion failures.",
    answers: shapes.SNAPSHOT,
    run: (control) => control.snapshot(),
  }),
  routeWithBody({
    method: "POST",
    path: "/snapshot",
    operationId: "restoreSnapshot",
    sentence: "Brings a snapshot back.",
    takes: shapes.SNAPSHOT,
    examples: {
      empty: {
        seed: EMPTY_SEED,
        settings: {},
        clockOffsetMs: 0,
        outbox: [],
        deletionFailures: [],
      },
    },
    answers: shapes.DONE,
    run: (control, snapshot) => control.restore(snapshot),
  }),
  route({
    method: "GET",
    path: "/settings",
    operationId: "readSettings",
    sentence: "The settings in force.",
    answers: shapes.SETTINGS_IN_FORCE,
    run: (control) => control.settings(),
  }),
  routeWithBody({
    method: "PATCH",
    path: "/settings",
    operationId: "changeSettings",
    sentence: "Changes settings; all of them or none.",
    takes: shapes.SETTING_CHANGES,
    examples: { deletion: { deletionDelayMs: 0, activationRule: "any" } },
    answers: shapes.SETTINGS_IN_FORCE,
    run: (control, changes) => control.changeSettings(changes),
  }),
];
