import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";

/** There is nothing to show, and why. */
export function Nothing(props: {
  icon: IconName;
  title: string;
  /** It is all that the page has, so its title is the page's. */
  whole?: boolean;
  children?: ReactNode;
}): ReactNode {
  const Heading = props.whole === true ? "h1" : "h2";
  return (
    <div className="nothing">
      <Icon name={props.icon} />
      <Heading>{props.title}</Heading>
      {props.children}
    </div>
  );
}

/** Grey lines in the place of what is being loaded; it appears only after 300 ms. */
export function Skeleton({ lines = 8, label }: { lines?: number; label: string }): ReactNode {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  );
}

/** It did not work; what the server said, and a way to try again. */
export function Failure(props: {
  title: string;
  detail?: string;
  retryLabel: string;
  onRetry: () => void;
  whole?: boolean;
}): ReactNode {
  const Heading = props.whole === true ? "h1" : "h2";
  return (
    <div className="nothing" role="alert">
      <Icon name="warning" />
      <Heading>{props.title}</Heading>
      {props.detail === undefined || props.detail === "" ? null : <p>{props.detail}</p>}
      <Button icon="refresh" onClick={props.onRetry}>
        {props.retryLabel}
      </Button>
    </div>
  );
}
