import type { EmulatorControl } from "./emulator-control.js";
import { EVENT_ROUTES } from "./control-event-routes.js";
import { DIRECTORY_ROUTES } from "./control-directory-routes.js";
import { controlOpenApi } from "./control-openapi.js";
import { route, type ControlRoute } from "./control-route.js";
import * as schemas from "./control-schemas.js";
import { STATE_ROUTES } from "./control-state-routes.js";
import {
  DEFAULT_PARAMETERS,
  FAULT_EFFECTS,
  FAULT_MOMENTS,
} from "../faults/fault-kinds.js";
import { describeSettings, type EmulatorSettings } from "../settings.js";

/** Path prefix of the control API and the UI page. */
export const CONTROL_PREFIX = "/_emulator";

/**
 * All routes of the control API. Their schemas validate the bodies and also generate the
 * OpenAPI document, so the two cannot differ.
 */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  route({
    method: "GET",
    path: "",
    operationId: "describe",
    summary: "Describes the routes, settings and fault effects.",
    responseSchema: schemas.INDEX,
    run: describe,
  }),
  route({
    method: "GET",
    path: "/openapi.json",
    operationId: "openApi",
    summary: "Returns this OpenAPI document.",
    responseSchema: schemas.OPENAPI_DOCUMENT,
    run: () => controlOpenApi(CONTROL_PREFIX, CONTROL_ROUTES),
  }),
  ...STATE_ROUTES,
  ...DIRECTORY_ROUTES,
  ...EVENT_ROUTES,
];

function describe(control: EmulatorControl): unknown {
  const current = control.settings();
  return {
    routes: CONTROL_ROUTES.map(
      ({ method, path, examples = {}, summary: sentence }) => ({
        method,
        path: `${CONTROL_PREFIX}${path}`,
        body: Object.values(examples)[0],
        sentence,
      }),
    ),
    settings: describeSettings().map((setting) => ({
      ...setting,
      current: current[setting.name as keyof EmulatorSettings],
    })),
    faultEffects: FAULT_EFFECTS.map((effect) => ({
      effect,
      when: FAULT_MOMENTS[effect],
      defaults: DEFAULT_PARAMETERS[effect],
    })),
  };
}
