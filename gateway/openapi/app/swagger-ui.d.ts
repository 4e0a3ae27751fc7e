/** The part of Swagger UI that is used here; it ships without types. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface SwaggerUi {
    /** Sets the value of a security scheme, as its dialogue does. */
    preauthorizeApiKey(scheme: string, value: string): void;
  }

  interface Options {
    readonly url: string;
    readonly domNode: Element;
    /** A validator service that gets the description; null: none. */
    readonly validatorUrl: null;
    readonly deepLinking: boolean;
    readonly defaultModelsExpandDepth: number;
    readonly displayRequestDuration: boolean;
    readonly onComplete: () => void;
  }

  export default function SwaggerUIBundle(options: Options): SwaggerUi;
}
