import { route, routeWithBody, type ControlRoute } from "./control-route.js";
import * as shapes from "./control-shapes.js";
import { objectOf } from "../json.js";
import { SEED_CHOICE } from "./seed-input.js";
import { EMPTY_SEED } from "../contacts/seeds.js";

/** Routes for the emulator's state: reset, seed, snapshot and settings. */
export const STATE_ROUTES: readonly ControlRoute[] = [
  route({
    method: "POST",
    path: "/reset",
    operationId: "reset",
    sentence:
      "Restores the initial state: contacts, settings, keys and clock. Removes faults and recorded calls.",
    answers: shapes.DONE,
    run: (control) => control.reset(),
  }),
  routeWithBody({
    method: "POST",
    path: "/seed",
    operationId: "seed",
    sentence: "Replaces the directory and contacts, and clears the outbox.",
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
    sentence:
      "Returns a snapshot of contacts, settings, clock, outbox and deletion failures.",
    answers: shapes.SNAPSHOT,
    run: (control) => control.snapshot(),
  }),
  routeWithBody({
    method: "POST",
    path: "/snapshot",
    operationId: "restoreSnapshot",
    sentence: "Restores a snapshot.",
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
    sentence: "Returns the current settings.",
    answers: shapes.CURRENT_SETTINGS,
    run: (control) => control.settings(),
  }),
  routeWithBody({
    method: "PATCH",
    path: "/settings",
    operationId: "changeSettings",
    sentence: "Changes settings. If one value is invalid, nothing is changed.",
    takes: shapes.SETTING_CHANGES,
    examples: { deletion: { deletionDelayMs: 0, activationRule: "any" } },
    answers: shapes.CURRENT_SETTINGS,
    run: (control, changes) => control.changeSettings(changes),
  }),
];
