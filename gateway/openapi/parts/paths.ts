/** The path of the OpenAPI description. */
export const API_DESCRIPTION_PATH = '/api/v1/openapi.json';

/** The name of the security scheme: a bearer token. */
export const BEARER = 'bearer';
