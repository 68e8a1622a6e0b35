import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import {
  createElement as h,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type FormEvent,
  type ReactElement,
} from "react";
import { bearerOf, withoutCredential, type Credential } from "./credential.js";
import type { PlaygroundStorage } from "./playground-storage.js";

interface SignInProps {
  readonly credential: Credential;
  readonly storage: PlaygroundStorage;
}

const useSignInState = (credential: Credential): Credential["state"] =>
  useSyncExternalStore(credential.subscribe, () => credential.state);

/** The button in the header, and the box that it opens. */
export function SignIn({ credential, storage }: SignInProps): ReactElement {
  const { headers, isRejected } = useSignInState(credential);
  const isSignedIn = Object.keys(headers).length > 0;
  const [isOpen, setOpen] = useState(false);
  const actions = useGraphiQLActions();
  useStoredState(credential, storage);
  useEffect(() => {
    if (isRejected) setOpen(true);
  }, [isRejected]);
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  const shown = useRef(headers);
  // Loads the schema again, because the first request had no valid credential.
  useEffect(() => {
    if (shown.current === headers) return;
    shown.current = headers;
    if (!isSignedIn) return;
    responseEditor?.setValue("");
    void actions.introspect();
  }, [headers]);
  return h(
    "div",
    {
      className: "sign-in",
      onKeyDown: ({ key }) => {
        if (key === "Escape") setOpen(false);
      },
    },
    h(
      "button",
      {
        type: "button",
        "aria-expanded": isOpen,
        "aria-controls": "sign-in",
        onClick: () => setOpen(!isOpen),
      },
      isSignedIn ? "Signed in" : "Sign in",
    ),
    isOpen ? h(Box, { credential, onDone: () => setOpen(false) }) : null,
  );
}

function Box({
  credential,
  onDone,
}: {
  readonly credential: Credential;
  readonly onDone: () => void;
}): ReactElement {
  const { headers, isRejected } = useSignInState(credential);
  const isSignedIn = Object.keys(headers).length > 0;
  const [problem, setProblem] = useState("");
  const actions = useGraphiQLActions();
  const persists = useGraphiQL((state) => state.shouldPersistHeaders);
  const forget = useForget(credential);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget).get("credential");
    const entry = bearerOf(typeof entered === "string" ? entered : "");
    void signIn(credential, entry).then((reason) => {
      setProblem(reason ?? "");
      if (reason === undefined) onDone();
    });
  };
  return h(
    "form",
    { id: "sign-in", className: "sign-in-box", onSubmit: submit },
    h("h2", null, "Sign in"),
    h(
      "label",
      null,
      "API key or access token",
      h("input", {
        name: "credential",
        type: "password",
        required: true,
        autoComplete: "off",
        spellCheck: false,
        autoFocus: true,
      }),
    ),
    h(
      "label",
      { className: "choice" },
      h("input", {
        type: "checkbox",
        checked: persists,
        onChange: ({ currentTarget }) => {
          actions.setShouldPersistHeaders(currentTarget.checked);
          credential.keep();
        },
      }),
      "Keep it in this browser",
    ),
    h(
      "p",
      null,
      persists
        ? "The credential and the headers of all tabs are stored in this browser."
        : "The credential is forgotten when you close or reload this page.",
    ),
    h(
      "p",
      { role: "alert", className: "problem" },
      problem ||
        (isRejected && !isSignedIn
          ? "This gateway requires a credential."
          : ""),
    ),
    h(
      "div",
      { className: "buttons" },
      h("button", { type: "submit", className: "primary" }, "Sign in"),
      h(
        "button",
        {
          type: "button",
          disabled: !isSignedIn,
          onClick: () => {
            forget();
            setProblem("");
          },
        },
        "Forget",
      ),
    ),
  );
}

/**
 * Tries a credential with the smallest query, and keeps it if it is accepted.
 *
 * @returns the reason if it is not accepted
 */
async function signIn(
  credential: Credential,
  headers: Credential["state"]["headers"],
): Promise<string | undefined> {
  try {
    const response = await fetch("graphql", {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ query: "{ __typename }" }),
    });
    if (response.status === 401) {
      return "The gateway does not accept this credential.";
    }
  } catch {
    return "The credential could not be sent. Check its characters and your connection.";
  }
  credential.use(headers);
  return undefined;
}

/** Removes the credential from memory, from all tabs and from the storage. */
function useForget(credential: Credential): () => void {
  const actions = useGraphiQLActions();
  const { tabs, activeTabIndex, headerEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    headerEditor: state.headerEditor,
  }));
  return () => {
    actions.setShouldPersistHeaders(false);
    credential.use({});
    const typed = headerEditor?.getValue() ?? "";
    actions.moveTab(
      tabs.map((tab, at) =>
        at === activeTabIndex || !tab.headers
          ? tab
          : { ...tab, headers: withoutCredential(tab.headers) },
      ),
    );
    headerEditor?.setValue(withoutCredential(typed));
  };
}

/** Applies "Persist headers" and "Clear data" of the settings to the credential. */
function useStoredState(
  credential: Credential,
  storage: PlaygroundStorage,
): void {
  const persists = useGraphiQL((state) => state.shouldPersistHeaders);
  const forget = useForget(credential);
  useEffect(() => credential.keep(), [persists]);
  useEffect(() => storage.onClear(forget));
}
