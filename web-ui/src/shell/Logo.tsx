/** Three members that agree: a quorum. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <path d="M16 6 6.5 23h19z" fill="none" stroke="#4394e5" strokeWidth="2.4" strokeLinejoin="round" />
      <circle cx="16" cy="6.5" r="4.5" fill="#63bdbd" />
      <circle cx="6.5" cy="23.5" r="4.5" fill="#4394e5" />
      <circle cx="25.5" cy="23.5" r="4.5" fill="#4394e5" />
    </svg>
  );
}

export function Logo() {
  return (
    <span className="kv-logo">
      <Mark />
      <span>Kvorum</span>
    </span>
  );
}
