import { useEffect, useState } from 'react';
import { exactTime, relativeTime } from './format';

/** The wall clock, as a value that re-renders its reader every few seconds. */
export function useNow(everyMs = 5000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function RelativeTime({ time }: { time: string | null | undefined }) {
  const now = useNow();
  return (
    <time dateTime={time ?? undefined} title={exactTime(time)} className="kv-nowrap">
      {relativeTime(time, now)}
    </time>
  );
}
