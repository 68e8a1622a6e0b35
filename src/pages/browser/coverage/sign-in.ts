import { bearerOf } from "../credential.js";
import type { Texts } from "./texts.js";

/**
 * The box for the credential and the directory. Both stay in memory: a reload forgets
 * them.
 */
export class SignIn {
  /** Request headers of the credential and the directory. */
  headers: Readonly<Record<string, string>> = {};

  constructor(
    private readonly form: HTMLFormElement,
    private readonly button: HTMLButtonElement,
    private readonly texts: Texts,
    onChange: () => void,
  ) {
    button.addEventListener("click", () => this.show(form.hidden));
    form.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.show(false);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.read();
      this.show(false);
      onChange();
    });
    form.addEventListener("reset", () => {
      this.headers = {};
      button.textContent = texts.signIn;
    });
  }

  /** Opens or closes the box. */
  show(isOpen: boolean): void {
    this.form.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.form.querySelector("input")?.focus();
    else this.button.focus();
  }

  private read(): void {
    const data = new FormData(this.form);
    const entered = (name: string): string => {
      const value = data.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const directory = entered("directory");
    const credential = bearerOf(entered("credential"));
    this.headers = {
      ...credential,
      ...(directory === "" ? {} : { "x-resource-directory": directory }),
    };
    this.button.textContent =
      Object.keys(credential).length === 0
        ? this.texts.signIn
        : this.texts.signedIn;
  }
}
