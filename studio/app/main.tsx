import '@fontsource-variable/newsreader/wght.css';
import '../design/tokens.css';
import '../design/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { wearOwnTheme } from './theme.tsx';

wearOwnTheme();
const place = document.getElementById('studio');
if (!place) throw new Error('index.html has no #studio');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
