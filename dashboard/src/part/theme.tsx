import { useSyncExternalStore, type ReactElement } from 'react';
import { Button } from './button.js';
import { SelectField } from './field.js';
import type { IconName } from './icon.js';

export type Theme = 'device' | 'light' | 'dark';

/** All that these pages keep in the browser: how they look. */
const PLACE = 'paidup-theme';

const NEXT: Record<Theme, Theme> = { device: 'light', light: 'dark', dark: 'device' };
const ICONS: Record<Theme, IconName> = { device: 'device', light: 'light', dark: 'dark' };
const NAMES: Record<Theme, string> = { device: 'as the device', light: 'light', dark: 'dark' };

/** What was chosen since the page was loaded: storage may be refused, and the choice then lasts as long as the page. */
let chosen: Theme | undefined;
const watchers = new Set<() => void>();

/** Light or dark as it was chosen here; as the device says unless it was. */
export function applyTheme(theme: Theme = keptTheme()): void {
  if (theme === 'device') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Turns from the device's own to light, to dark, and back. */
export function ThemeSwitch(): ReactElement {
  const theme = useTheme();
  return <Button tone="quiet" small icon={ICONS[theme]} aria-label={`Colours: ${NAMES[theme]}. Change`} title={`Colours: ${NAMES[theme]}`} onClick={() => choose(NEXT[theme])} />;
}

/** The same as a list to choose from. */
export function ThemeField(): ReactElement {
  const theme = useTheme();
  return (
    <SelectField label="Colours" hint="Kept in this browser." value={theme} onChange={({ target }) => choose(themeNamed(target.value) ?? 'device')}>
      {Object.entries(NAMES).map(([name, words]) => (
        <option key={name} value={name}>
          {words.charAt(0).toUpperCase() + words.slice(1)}
        </option>
      ))}
    </SelectField>
  );
}

function useTheme(): Theme {
  return useSyncExternalStore(watch, keptTheme);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function choose(theme: Theme): void {
  chosen = theme;
  applyTheme(theme);
  try {
    localStorage.setItem(PLACE, theme);
  } catch {
    // Refused: `chosen` holds it.
  }
  for (const watcher of watchers) watcher();
}

function keptTheme(): Theme {
  if (chosen !== undefined) return chosen;
  try {
    return themeNamed(localStorage.getItem(PLACE)) ?? 'device';
  } catch {
    return 'device';
  }
}

function themeNamed(name: string | null): Theme | undefined {
  return name === 'light' || name === 'dark' || name === 'device' ? name : undefined;
}
