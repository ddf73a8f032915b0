import { toneOf, type Tone } from './states';
import { words } from './format';

const SHAPES: Record<Tone, React.ReactNode> = {
  good: <path d="M4 2.5v11l9.5-5.5z" />,
  off: <rect x="3.5" y="3.5" width="9" height="9" rx="1" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  paused: <path d="M4 3h3v10H4zM9 3h3v10H9z" />,
  warning: <path d="M8 1.5 15 14H1zM7.2 6v4h1.6V6zm0 5v1.6h1.6V11z" fillRule="evenodd" />,
  bad: <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5zm2.1 2.8v5h1.8v-5zm0 6.4V12h1.8v-1.8z" fillRule="evenodd" />,
  info: (
    <path d="M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M7.2 4.4h1.6V6H7.2zm0 2.6h1.6v4.6H7.2z" fillRule="evenodd" />
  ),
  unknown: <path d="M8 1l7 7-7 7-7-7zM7.2 4.5v4.4h1.6V4.5zm0 5.4v1.6h1.6V9.9z" fillRule="evenodd" />,
  busy: (
    <path
      d="M8 2a6 6 0 1 0 6 6"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeLinecap="round"
      className="kv-spin"
    />
  ),
};

/** What is well but does not run, such as a host or an operation, has a tick; a VM that runs has the "play" mark. */
const HOST_UP = (
  <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1M7 11.5 3.8 8.3l1.3-1.3L7 8.9l4-4 1.3 1.3z" fillRule="evenodd" />
);

export function StateIcon({ state, kind, title }: { state?: string | null; kind?: string; title?: string }) {
  const tone = toneOf(state, kind);
  const shape = tone === 'good' && kind !== 'vm' ? HOST_UP : SHAPES[tone];
  return (
    <svg
      className={`kv-state kv-tone-${tone}`}
      viewBox="0 0 16 16"
      width="14"
      height="14"
      fill="currentColor"
      role="img"
      aria-label={title ?? words(state)}
    >
      {shape}
    </svg>
  );
}

interface LabelProps {
  state?: string | null;
  kind?: string;
  reason?: string | null;
  /** Instead of the state's own. */
  words?: string;
}

export function StateLabel({ state, kind, reason, words: said = words(state) }: LabelProps) {
  return (
    <span className="kv-state-label" title={reason ?? undefined}>
      <StateIcon state={state} kind={kind} title={said} />
      <span>{said}</span>
    </span>
  );
}
