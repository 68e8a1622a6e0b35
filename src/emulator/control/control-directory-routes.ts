import { routeWithBody, type ControlRoute } from "./control-route.js";
import * as schemas from "./control-schemas.js";
import { DIRECTORY_CHANGE, DIRECTORY_SIZE } from "./directory-schemas.js";

/** Routes that change the accounts and folders of the directory. */
export const DIRECTORY_ROUTES: readonly ControlRoute[] = [
  routeWithBody({
    method: "POST",
    path: "/directory/changes",
    operationId: "changeDirectory",
    summary:
      "Lets accounts and folders appear, move or disappear, at once or before a certain call.",
    bodySchema: DIRECTORY_CHANGE,
    examples: {
      move: {
        move: [{ accountId: "1997968394350002", folderId: "fd-Qm81rWc5Xe" }],
      },
      betweenPages: {
        leave: ["1997968394350001"],
        before: { operation: "ListAccounts", skip: 1 },
      },
    },
    responseSchema: schemas.DONE,
    run: (control, change) => control.changeDirectory(change),
  }),
  routeWithBody({
    method: "POST",
    path: "/directory/size",
    operationId: "resizeDirectory",
    summary:
      "Gives the directory a number of accounts and folders, generated where the sample has fewer. Contacts stay.",
    bodySchema: DIRECTORY_SIZE,
    examples: { large: { accounts: 3_000, folders: 100 } },
    responseSchema: schemas.DONE,
    run: (control, size) => control.resizeDirectory(size),
  }),
];
