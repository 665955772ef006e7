import type { ReactElement } from 'react';

/** Drawn on 16 by 16, in the colour of the text beside them. */
const DRAWINGS = {
  overview: 'M2.5 9.5h4v4h-4zM2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM9.5 9.5h4v4h-4z',
  customer: 'M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.75 13.5a5.25 5.25 0 0 1 10.5 0',
  invoice: 'M3.5 1.75h9v12.5l-2.25-1.5L8 14.25l-2.25-1.5-2.25 1.5zM6 5.25h4M6 8.25h4',
  plan: 'M8 1.75 14 5 8 8.25 2 5zM2 8l6 3.25L14 8M2 11l6 3.25L14 11',
  meter: 'M2.25 11.5a6 6 0 1 1 11.5 0M8 9.5l2.75-3.25',
  event: 'M1.75 8.5h3l2-5.5 3 10 2-4.5h2.5',
  webhook: 'M6.2 6.5 4 10.5M8 5.25a2 2 0 1 1 1.9-2.6M9.3 5l2.2 4M12.5 13.25a2 2 0 1 0-1.4-3.4M9.75 11.5H6a2.1 2.1 0 1 1-2-2',
  setting: 'M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7M11 6.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5ZM5 13.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Z',
  key: 'M10.25 9a3.25 3.25 0 1 0-3-2L2 12.25V14h2.25v-1.75H6V10.5h1.5l.6-.65M11 5h.01',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.25 10.25l3.5 3.5',
  menu: 'M2 4.5h12M2 8h12M2 11.5h12',
  close: 'm3.5 3.5 9 9M12.5 3.5l-9 9',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  down: 'm3.5 6 4.5 4.5L12.5 6',
  right: 'm6 3.5 4.5 4.5L6 12.5',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  up: 'm3.5 10 4.5-4.5 4.5 4.5',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'm3 8.5 3.25 3.25L13 4.75',
  warning: 'M8 2 14.5 13.5h-13zM8 6.5v3.25M8 11.75h.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5v3.25M8 5.25h.01',
  light: 'M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  dark: 'M13.5 9.75A6 6 0 0 1 6.25 2.5a6 6 0 1 0 7.25 7.25Z',
  device: 'M2 3h12v8H2zM6 13.5h4',
  leave: 'M6.5 2.5h-4v11h4M7 8h7M11 5l3 3-3 3',
  plus: 'M8 3v10M3 8h10',
  download: 'M8 2v8M4.75 7 8 10.25 11.25 7M2.5 13.5h11',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.75V8l2.25 1.5',
  wallet: 'M2 4.5h10.5v-2H3.25A1.25 1.25 0 0 0 2 3.75v8.5c0 .7.55 1.25 1.25 1.25H14v-9h-1.5M11.25 9h.01',
  bell: 'M4 7a4 4 0 0 1 8 0c0 3.5 1.5 4.5 1.5 4.5h-11S4 10.5 4 7ZM6.75 13.75h2.5',
  link: 'M6.75 9.25a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.25 6.75a2.6 2.6 0 0 0-3.7 0l-2.3 2.3a2.6 2.6 0 0 0 3.7 3.7l.8-.8',
  refresh: 'M13.5 8A5.5 5.5 0 1 1 11.6 3.85L13.5 5.5M13.5 2.25V5.5h-3.25',
  external: 'M9 2.5h4.5V7M13.5 2.5 7.5 8.5M6.5 3.5h-4v10h10v-4',
} as const;

export type IconName = keyof typeof DRAWINGS;

/** Says nothing to a screen reader: the words stand beside it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={DRAWINGS[name]} />
    </svg>
  );
}
