import { route, routeWithBody, type ControlRoute } from "./control-route.js";
import * as schemas from "./control-schemas.js";
import { objectOf } from "../schema.js";
import { SEED_CHOICE } from "./seed-schemas.js";
import { EMPTY_SEED } from "../contacts/seeds.js";

/** Routes for the emulator's state: reset, seed, snapshot and settings. */
export const STATE_ROUTES: readonly ControlRoute[] = [
  route({
    method: "POST",
    path: "/reset",
    operationId: "reset",
    summary:
      "Restores the initial state: contacts, settings, keys and clock. Removes faults and recorded calls.",
    responseSchema: schemas.DONE,
    run: (control) => control.reset(),
  }),
  routeWithBody({
    method: "POST",
    path: "/seed",
    operationId: "seed",
    summary: "Replaces the directory and contacts, and clears the outbox.",
    bodySchema: objectOf({ seed: SEED_CHOICE }),
    examples: {
      sample: { seed: "sample" },
      empty: { seed: "empty" },
      full: { seed: EMPTY_SEED },
    },
    responseSchema: schemas.DONE,
    run: (control, { seed }) => control.seed(seed),
  }),
  route({
    method: "GET",
    path: "/snapshot",
    operationId: "takeSnapshot",
    summary:
      "Returns a snapshot of contacts, settings, clock, outbox and deletion failures.",
    responseSchema: schemas.SNAPSHOT,
    run: (control) => control.snapshot(),
  }),
  routeWithBody({
    method: "POST",
    path: "/snapshot",
    operationId: "restoreSnapshot",
    summary: "Restores a snapshot.",
    bodySchema: schemas.SNAPSHOT,
    examples: {
      empty: {
        seed: EMPTY_SEED,
        settings: {},
        clockOffsetMs: 0,
        outbox: [],
        deletionFailures: [],
      },
    },
    responseSchema: schemas.DONE,
    run: (control, snapshot) => control.restore(snapshot),
  }),
  route({
    method: "GET",
    path: "/settings",
    operationId: "readSettings",
    summary: "Returns the current settings.",
    responseSchema: schemas.CURRENT_SETTINGS,
    run: (control) => control.settings(),
  }),
  routeWithBody({
    method: "PATCH",
    path: "/settings",
    operationId: "changeSettings",
    summary: "Changes settings. If one value is invalid, nothing is changed.",
    bodySchema: schemas.SETTING_CHANGES,
    examples: { deletion: { deletionDelayMs: 0, activationRule: "any" } },
    responseSchema: schemas.CURRENT_SETTINGS,
    run: (control, changes) => control.changeSettings(changes),
  }),
];
