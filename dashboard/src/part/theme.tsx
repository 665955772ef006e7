import { useState, type ReactElement } from 'react';
import { Button } from './button.js';
import type { IconName } from './icon.js';

export type Theme = 'device' | 'light' | 'dark';

/** All that these pages keep in the browser: how they look. */
const PLACE = 'paidup-theme';

const NEXT: Record<Theme, Theme> = { device: 'light', light: 'dark', dark: 'device' };
const ICONS: Record<Theme, IconName> = { device: 'device', light: 'light', dark: 'dark' };
const NAMES: Record<Theme, string> = { device: 'as the device', light: 'light', dark: 'dark' };

/** Light or dark as it was chosen here; as the device says unless it was. */
export function applyTheme(theme: Theme = keptTheme()): void {
  if (theme === 'device') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Turns from the device's own to light, to dark, and back. */
export function ThemeSwitch(): ReactElement {
  const [theme, setTheme] = useState(keptTheme);
  const turn = (): void => {
    const next = NEXT[theme];
    setTheme(next);
    applyTheme(next);
    try {
      localStorage.setItem(PLACE, next);
    } catch {
      // Storage may be refused; the choice then lasts as long as the page.
    }
  };
  return <Button tone="quiet" small icon={ICONS[theme]} aria-label={`Colours: ${NAMES[theme]}. Change`} title={`Colours: ${NAMES[theme]}`} onClick={turn} />;
}

function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(PLACE);
    return kept === 'light' || kept === 'dark' ? kept : 'device';
  } catch {
    return 'device';
  }
}
