import 'swagger-ui-dist/swagger-ui.css';
import SwaggerUi from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import type { PageConfig } from '../page-config.ts';

const CONFIG = '/api/v1/docs/config.json';

async function readConfig(): Promise<PageConfig> {
  const response = await fetch(CONFIG);
  if (!response.ok) throw new Error(`${CONFIG} answered ${response.status} ${response.statusText}`);
  return response.json();
}

const place = document.getElementById('api');
if (!place) throw new Error('index.html has no #api');
try {
  const { description, scheme, token } = await readConfig();
  const ui = SwaggerUi({
    url: description,
    domNode: place,
    // No third-party validator gets the description.
    validatorUrl: null,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    onComplete: () => {
      if (token !== null) ui.preauthorizeApiKey(scheme, token);
    },
  });
} catch (error) {
  place.innerHTML = '<p class="notice"></p>';
  if (place.firstChild)
    place.firstChild.textContent = `The page could not start: ${error}. Reload to try again.`;
}
