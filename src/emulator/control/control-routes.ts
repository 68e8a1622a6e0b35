import type { EmulatorControl } from "./control.js";
import { EVENT_ROUTES } from "./control-event-routes.js";
import { controlOpenApi } from "./control-openapi.js";
import { route, type ControlRoute } from "./control-route.js";
import * as shapes from "./control-shapes.js";
import { STATE_ROUTES } from "./control-state-routes.js";
import {
  DEFAULT_FIGURES,
  FAULT_EFFECTS,
  FAULT_MOMENTS,
} from "../faults/fault-kinds.js";
import { describeSettings, type EmulatorSettings } from "../settings.js";

/** Everything of the control surface lies below it. */
export const CONTROL_PREFIX = "/_emulator";

/**
 * The control surface. Bodies are read by the shapes that stand in its rows, and the OpenAPI
 * document is made of them, so that there is nothing else to keep in step.
 */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  route({
    method: "GET",
    path: "",
    operationId: "describe",
    sentence: "Describes routes, settings and fault effects.",
    answers: shapes.INDEX,
    run: describe,
  }),
  route({
    method: "GET",
    path: "/openapi.json",
    operationId: "openApi",
    sentence: "This document.",
    answers: shapes.OPENAPI_DOCUMENT,
    run: () => controlOpenApi(CONTROL_PREFIX, CONTROL_ROUTES),
  }),
  ...STATE_ROUTES,
  ...EVENT_ROUTES,
];

function describe(control: EmulatorControl): unknown {
  const current = control.settings();
  return {
    routes: CONTROL_ROUTES.map(({ method, path, examples = {}, sentence }) => ({
      method,
      path: `${CONTROL_PREFIX}${path}`,
      body: Object.values(examples)[0],
      sentence,
    })),
    settings: describeSettings().map((setting) => ({
      ...setting,
      current: current[setting.name as keyof EmulatorSettings],
    })),
    faultEffects: FAULT_EFFECTS.map((effect) => ({
      effect,
      when: FAULT_MOMENTS[effect],
      defaults: DEFAULT_FIGURES[effect],
    })),
  };
}
