import { useEffect, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { kept } from '../session/storage.ts';

const own = kept('localStorage', 'blobgraph:theme');
const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const NAMES: Readonly<Record<Theme, readonly [sign: string, name: string]>> = {
  auto: ['◐', 'as the system has it'],
  light: ['☀', 'light'],
  dark: ['☾', 'dark'],
};

const isTheme = (text: string | null): text is Theme => THEMES.some((theme) => theme === text);

function ownTheme(): Theme {
  const theme = own.read();
  return isTheme(theme) ? theme : 'auto';
}

function wear(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'auto') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}

/** Before anything is drawn, so that it is never drawn in the other theme. */
export const wearOwnTheme = (): void => wear(ownTheme());

/** Goes round: as the system has it, light, dark. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(ownTheme);
  useEffect(() => {
    wear(theme);
    own.keep(theme);
  }, [theme]);
  const [sign, name] = NAMES[theme];
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
  return (
    <Button
      kind="quiet"
      aria-label={`Colours: ${name}. Change`}
      title={`Colours: ${name}`}
      onClick={() => setTheme(next)}
    >
      <span aria-hidden="true">{sign}</span>
    </Button>
  );
}
