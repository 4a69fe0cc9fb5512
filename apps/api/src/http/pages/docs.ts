import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import * as contracts from '#contracts';

let document: string | undefined;

/** The OpenAPI document of all contracts, as JSON text; made once. */
export function openApiText(publicUrl: string): string {
  document ??= JSON.stringify(contracts.openApi(contracts.routesOf(contracts), publicUrl));
  return document;
}

/** Shows the document at /docs, with files from this machine only. */
export function serveDocs(app: NestFastifyApplication, publicUrl: string): void {
  SwaggerModule.setup('docs', app, () => JSON.parse(openApiText(publicUrl)) as OpenAPIObject, {
    customSiteTitle: 'Cortex API',
    raw: false,
  });
}
