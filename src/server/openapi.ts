// The description of every route, from the schemas that the steps are parsed with; and a page to read it.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Address } from './server.ts'

export async function describeRoutes(app: FastifyInstance, at: Address): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'bowerbird',
        version: '1',
        description:
          'From a folder of unlabelled pictures to a labelled data set, a measured model and ' +
          'a prediction service.',
      },
      ...(at.token !== '' && {
        components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
        security: [{ token: [] }],
      }),
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { docExpansion: 'list' },
    theme: { title: 'bowerbird: the API' },
    logo: { type: 'image/svg+xml', content: wordmark },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'no-cache').send(app.swagger()),
  )
}

const wordmark = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 40"><text y="28" font-family="sans-serif" ' +
    'font-size="26" font-weight="700" fill="#f3efe6">bowerbird</text></svg>',
)
