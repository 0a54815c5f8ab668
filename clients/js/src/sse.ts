/** Server-sent events (the HTML standard, 9.2), from bytes to lines to events. */

/** One event as it was sent; `id` empty where there was none. */
export interface Frame {
  event: string;
  data: string;
  id: string;
}

/** Give it bytes as they come; it gives the lines that they complete. */
export class Lines {
  readonly #decoder = new TextDecoder();
  #left = "";

  take(piece: Uint8Array): string[] {
    const whole = this.#decoder.decode(piece, { stream: true }).split("\n");
    whole[0] = this.#left + whole[0];
    this.#left = whole.pop() ?? "";
    return whole.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  }
}

/** Give it lines without their ends; it gives a frame for each blank line that ends one. */
export class Frames {
  #fields = new Map<string, string>();
  #data: string[] = [];

  take(line: string): Frame | undefined {
    if (line === "") return this.#done();
    const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "data") this.#data.push(value);
    else if (name) this.#fields.set(name, value);
    return undefined;
  }

  #done(): Frame | undefined {
    const fields = this.#fields;
    const data = this.#data;
    this.#fields = new Map();
    this.#data = [];
    if (!data.length) return undefined;
    return { event: fields.get("event") ?? "message", data: data.join("\n"), id: fields.get("id") ?? "" };
  }
}
