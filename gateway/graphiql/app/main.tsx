import './workers.ts';
import 'graphiql/style.css';
import './panels.css';
import { createRoot } from 'react-dom/client';
import type { GraphiqlConfig } from '../config.ts';
import { takeLink } from './links/linked-operation.tsx';
import { Page, propsOf } from './page.tsx';

async function readConfig(): Promise<GraphiqlConfig> {
  const response = await fetch('/graphiql/config.json');
  if (!response.ok)
    throw new Error(`/graphiql/config.json answered ${response.status} ${response.statusText}`);
  return response.json();
}

const place = document.getElementById('graphiql');
if (!place) throw new Error('index.html has no #graphiql');
try {
  // Load the editor first: GraphiQL shows its tabs at once, and a tab opened before the editor is ready would get the
  // first tab's operation.
  const [config] = await Promise.all([
    readConfig(),
    import('monaco-graphql/esm/monaco-editor.js'),
    import('monaco-graphql/esm/lite.js'),
  ]);
  const link = takeLink();
  createRoot(place).render(<Page given={propsOf(config, link)} link={link} studio={config.studio} />);
} catch (error) {
  place.innerHTML = '<p class="notice"></p>';
  if (place.firstChild)
    place.firstChild.textContent = `GraphiQL could not start: ${error}. Reload to try again.`;
}
