import type { TestApp } from './test-app.js';

export interface ApiRoute {
  method: string;
  /** Below the base path, with `{id}`. */
  path: string;
  security: string[];
  parameters: { name: string; in: string }[];
  /** Of the body's schema; undefined where there is no body. */
  example: Record<string, unknown> | undefined;
}

interface Operation {
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
}

/** Every route of the served document: one that is added is in it by itself. */
export async function readRoutes(app: TestApp): Promise<ApiRoute[]> {
  const { body } = await app.get('/docs/openapi.json');
  const { paths, components } = body as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, { example?: Record<string, unknown> }> };
  };
  const exampleOf = ({ requestBody }: Operation) => {
    const [media] = Object.values(requestBody?.content ?? {});
    return media && components.schemas[media.schema.$ref.split('/').at(-1) ?? '']?.example;
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace('/api/v1', ''),
      security: (operation.security ?? []).flatMap((scheme) => Object.keys(scheme)),
      parameters: operation.parameters ?? [],
      example: exampleOf(operation),
    })),
  );
}
