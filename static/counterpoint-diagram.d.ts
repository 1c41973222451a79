/** How much there is around the picture: nothing, what plays it, or all but the head of the page. */
export type Controls = "none" | "play" | "full";

/** A moment or a span of simulated time as in a scenario: `1.2s`, `450ms`, `80us`. */
export type Duration = string;

/** The attributes of `<counterpoint-diagram>`. All of them may be changed at any time. */
export interface CounterpointDiagramAttributes {
  /** The name of a built-in scenario. */
  scenario?: string;
  /** The address of a scenario file. */
  src?: string;
  /** The address of a recording of it, which is shown without an engine. A built-in scenario has one by itself. */
  recording?: string;
  /** What follows the `#` of a link that was copied from the page, instead of `scenario` and what it says besides. */
  link?: string;
  /** Another seed than the scenario's own: a whole number from 0. */
  seed?: string | number;
  /** The moment of the playhead. */
  at?: Duration;
  /** The beginning of what is shown. */
  from?: Duration;
  /** The end of what is shown. */
  to?: Duration;
  /** The number of the job that is lit, from 1, or `none`. */
  job?: string | number;
  /** How polls and heartbeats are drawn: `faint` if it is not given. */
  background?: "faint" | "full";
  /** Parameters, as `path=value`, with `;` between two. */
  set?: string;
  /** One side instead of both. */
  side?: "left" | "right";
  /** `play` if it is not given. */
  controls?: Controls;
  /** `auto`, which is what it is if it is not given, follows the ground that the element stands on. */
  theme?: "auto" | "light" | "dark";
}

/** What the element tells, each as a `CustomEvent` that bubbles out of shadow roots. */
export interface CounterpointDiagramEvents {
  /** The diagram has taken the place of what stood in the element. */
  "counterpoint-ready": CustomEvent<Record<string, never>>;
  "counterpoint-play": CustomEvent<Record<string, never>>;
  "counterpoint-pause": CustomEvent<Record<string, never>>;
  /** The playhead has come to rest at another moment. */
  "counterpoint-moment": CustomEvent<{ milliseconds: number }>;
  /** Another job is lit, or none is. */
  "counterpoint-select": CustomEvent<{ job: number | null }>;
  /** What stood in the element stands there again, and why, in a sentence. */
  "counterpoint-error": CustomEvent<{ message: string }>;
}

/** A live diagram. What stands in it is shown until the diagram is there, and where it cannot be. */
export class CounterpointDiagram extends HTMLElement {
  /** Plays, from the beginning if it has come to the end. */
  play(): void;
  pause(): void;
  addEventListener<Type extends keyof CounterpointDiagramEvents>(
    type: Type,
    listener: (this: CounterpointDiagram, event: CounterpointDiagramEvents[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "counterpoint-diagram": CounterpointDiagram;
  }
}
