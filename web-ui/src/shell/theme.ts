import { useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'kvorum.theme';
const DARK = 'pf-v6-theme-dark';

const systemIsDark = () => window.matchMedia('(prefers-color-scheme: dark)').matches;

export function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function isDark(): boolean {
  return document.documentElement.classList.contains(DARK);
}

/** Charts and terminals draw their own colours and redraw on this event. */
export const THEME_CHANGED = 'kvorum-theme';

export function applyTheme(theme: Theme = storedTheme()): void {
  document.documentElement.classList.toggle(DARK, theme === 'dark' || (theme === 'system' && systemIsDark()));
  window.dispatchEvent(new Event(THEME_CHANGED));
}

export function useTheme() {
  const [theme, setTheme] = useState(storedTheme);
  const choose = (next: Theme) => {
    localStorage.setItem(KEY, next);
    setTheme(next);
    applyTheme(next);
  };
  return [theme, choose] as const;
}
