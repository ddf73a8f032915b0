import { useState, type PointerEvent } from 'react';

/** A size that a person drags, kept for the next visit. */
export function useStoredSize(key: string, initial: number) {
  const [size, setSize] = useState(() => Number(localStorage.getItem(key)) || initial);
  const store = (next: number) => {
    setSize(next);
    localStorage.setItem(key, String(next));
  };
  return [size, store] as const;
}

interface Props {
  direction: 'horizontal' | 'vertical';
  label: string;
  size: number;
  min: number;
  max: number;
  onResize: (size: number) => void;
}

/** The edge between two parts: dragged, or moved by the arrow keys. */
export function Resizer({ direction, label, size, min, max, onResize }: Props) {
  const clamp = (value: number) => Math.round(Math.max(min, Math.min(max, value)));
  const start = (event: PointerEvent<HTMLDivElement>) => {
    const origin = direction === 'horizontal' ? event.clientX : event.clientY;
    const target = event.currentTarget;
    target.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => {
      const delta = direction === 'horizontal' ? moved.clientX - origin : origin - moved.clientY;
      onResize(clamp(size + delta));
    };
    const end = () => target.removeEventListener('pointermove', move);
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', end, { once: true });
    target.addEventListener('pointercancel', end, { once: true });
  };
  return (
    <div
      className={`kv-resizer kv-resizer-${direction}`}
      role="separator"
      aria-label={label}
      aria-orientation={direction === 'horizontal' ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={start}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -16, ArrowRight: 16, ArrowUp: 16, ArrowDown: -16 }[event.key];
        if (step) onResize(clamp(size + step));
      }}
    />
  );
}
