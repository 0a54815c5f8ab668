/** The text of an answer, from its events. */

/** The events that are a job's last. */
const ENDS = ["succeeded", "failed", "cancelled", "expired"];

/** One event of a job. `seq` is the same on every server and transport: go on after it. */
export interface Event {
  seq: number;
  type: string;
  data: Record<string, unknown>;
}

/** `text`: all there is so far. `new`: what to append to what you show, or, where `voided`, to show instead. */
export interface Update {
  text: string;
  new: string;
  voided: boolean;
}

/** Whether an event, or a job's status, is an end. */
export function isEnd(type: string): boolean {
  return ENDS.includes(type);
}

/** Takes events in their order, and always knows the right text (of the first choice). */
export class Transcript {
  text = "";
  #length = 0;

  /** What changed; undefined when nothing that is shown did. */
  take({ type, data }: Event): Update | undefined {
    if (type === "reset") return this.#now("");
    if ((data["choice"] ?? 0) !== 0 || (type !== "delta" && type !== "snapshot")) return undefined;
    const text = String(data["text"]);
    return this.#now(type === "snapshot" ? text : this.#upTo(Number(data["offset"])) + text);
  }

  /** Offsets count characters, where JavaScript counts halves of some of them. */
  #upTo(offset: number): string {
    return offset === this.#length ? this.text : Array.from(this.text).slice(0, offset).join("");
  }

  #now(text: string): Update | undefined {
    const before = this.text;
    if (text === before) return undefined;
    this.text = text;
    const voided = !text.startsWith(before);
    const added = voided ? text : text.slice(before.length);
    this.#length = characters(added) + (voided ? 0 : this.#length);
    return { text, new: added, voided };
  }
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
